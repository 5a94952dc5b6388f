"""The tools shelf: what may be looked up about one person. To add one: docs/add/tool.md."""

from sennight.agent.tools.associate import associate
from sennight.agent.tools.baseline import baseline
from sennight.agent.tools.compare import compare
from sennight.agent.tools.days import days
from sennight.agent.tools.fill import fill
from sennight.agent.tools.forecast import forecast
from sennight.agent.tools.list_data import list_data
from sennight.agent.tools.metric import metric_
from sennight.agent.tools.peers import peers
from sennight.agent.tools.plot import plot
from sennight.agent.tools.profile import profile
from sennight.agent.tools.sleep_night import sleep_night
from sennight.agent.tools.tool import Declined, Found, Reason, Reply, Tool, reply_json
from sennight.agent.tools.trend import trend
from sennight.agent.tools.workout_amounts import workout_amounts
from sennight.agent.tools.workouts import workouts

__all__ = ["TOOLS", "Declined", "Found", "Reason", "Reply", "Tool", "reply_json"]

TOOLS: dict[str, Tool] = {
    tool.name: tool
    for tool in (
        Tool(list_data), Tool(profile), Tool(metric_), Tool(days), Tool(compare), Tool(trend), Tool(baseline),
        Tool(associate), Tool(sleep_night), Tool(workouts),
        Tool(workout_amounts), Tool(forecast), Tool(fill), Tool(peers), Tool(plot),
    )
}  # fmt: skip
