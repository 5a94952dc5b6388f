"""A plan for a terminal: what it takes, what it assumes, and runs that were measured beside their count."""

from collections.abc import Sequence

from sennight.plan import Measured, Plan
from sennight.printing.lines import count, table
from sennight.record import MINUTES_PER_DAY

KB = 1_000


def amount(n: float | int, unit: str) -> str:
    """A number with the prefix that leaves it between 1 and 1,000.

    >>> amount(9.2e12, "B"), amount(350, "B")
    ('9.2 TB', '350 B')
    """
    for prefix in ("", "k", "M", "G", "T", "P", "E"):
        if abs(n) < KB or prefix == "E":
            return f"{n:.0f} {prefix}{unit}" if not prefix and n == round(n) else f"{n:.3g} {prefix}{unit}"
        n /= KB
    return ""


def long_time(days: float | int) -> str:
    """Days, hours or minutes.

    >>> long_time(3.5), long_time(0.25), long_time(0.001)
    ('3.5 days', '6.0 hours', '1.4 minutes')
    """
    if days >= 1:
        return f"{days:,.1f} days"
    return f"{days * 24:.1f} hours" if days * 24 >= 1 else f"{days * 1_440:.1f} minutes"


def plan_text(plan: Plan) -> str:
    """What it takes, then what was assumed."""
    c, t, r = plan.cohort, plan.training, plan.rates
    rows = [
        ["cohort", f"{count(c.people)} people x {count(c.days)} days x {c.channels} channels, {c.seen:.0%} of it seen"],
        ["minutes", f"{count(c.person_days * MINUTES_PER_DAY)} of a person, {count(c.cells)} of a channel"],
        ["store", f"{amount(plan.store_bytes, 'B')} in {count(plan.shards)} shards of {count(r.shard_days)} days"],
        ["model", f"{t.size.upper()}, {t.layout} tokens of {t.patch_minutes} minutes, {count(plan.weights)} weights"],
        ["a day", f"{plan.tokens_a_day:,.0f} seen tokens, {amount(plan.flop_a_day, 'FLOP')} to learn from"],
        ["steps", f"{count(plan.steps)} of {count(t.batch)} days, {t.epochs:g} epochs; {plan.step_s:.3g} s each"],
        ["loader", f"{plan.loader_cores:,.1f} cores to keep {count(t.gpus)} GPUs fed"],
        ["time", f"{long_time(plan.days)} on {count(t.gpus)} GPUs, {plan.gpu_days:,.1f} GPU-days"],
        ["cost", f"{plan.cost:,.0f} at {r.gpu_hour:g} a GPU and hour"],
        [
            "GPU memory",
            f"{amount(plan.gpu_state_bytes, 'B')} weights, gradients and moments (sharded over all); activations "
            f"{amount(plan.gpu_activation_bytes, 'B')}, or {amount(plan.gpu_activation_bytes_checkpointed, 'B')} with "
            "checkpointing",
        ],
    ]  # fmt: skip
    said = [f"{name:<11}{text}" for name, text in rows]
    said += [
        "",
        "Measured by us: bytes a cell, cells a core unpacks. Assumed: "
        f"{r.tflops:g} TFLOP/s a GPU at {r.utilisation:.0%}, the price, what a block keeps for the way back.",
        "Not counted: preparing, validation, checkpoints, waiting for a queue, failures. Change a rate with --set.",
    ]
    return "\n".join(said)


def measured_text(runs: Sequence[Measured]) -> str:
    """Runs beside what the plan counts for them."""
    rows = [
        [m.name, m.size.upper(), amount(m.flop_a_step, "FLOP"), f"{m.step_s:.3f} s", f"{m.gflops:.1f}"] for m in runs
    ]
    return "\n".join(table(["run", "size", "counted a step", "measured a step", "GFLOP/s"], rows))
