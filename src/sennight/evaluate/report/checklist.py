"""The checklist of reporting a prediction model: every item, filled from the run where the run knows, else left open.

Items are those of TRIPOD+AI in our own short words; an item that no code can answer stays visibly empty for whoever
writes the study up. Source: Collins et al. 2024, BMJ 385:e078378.
"""

from collections.abc import Mapping
from dataclasses import dataclass

OPEN = "**to be written**"


@dataclass(frozen=True, kw_only=True)
class Item:
    """One item: its number, its part of a report, what should be said."""

    number: str
    part: str
    ask: str


def _items(part: str, **asks: str) -> tuple[Item, ...]:
    return tuple(Item(number=n.removeprefix("i"), part=part, ask=ask) for n, ask in asks.items())


ITEMS = (
    *_items("Title and abstract", i1="study, people, outcome named in the title", i2="structured summary"),
    *_items("Introduction", i3a="health context, and why a model", i3b="for whom, where in care, who would use it",
            i3c="known inequalities between groups", i4="aims; development, evaluation, or both"),
    *_items("Data and people", i5a="where each data set comes from", i5b="dates of the data", i6a="setting and places",
            i6b="who could take part", i6c="treatments received", i7="how data were prepared and checked"),
    *_items("Outcome and predictors", i8a="outcome and how it was measured", i8b="who judged it, alike for all groups",
            i8c="judged without knowing predictors", i9a="which predictors, chosen how", i9b="how each was measured",
            i9c="judged without knowing the outcome"),
    *_items("Methods", i10="how many people, and why so many", i11="what was missing, and what was done",
            i12a="how data were split between fitting and judging", i12b="how predictors were handled",
            i12c="kind of model and how it was built", i12d="differences between groups or places",
            i12e="which measures, with uncertainty", i12f="model updating", i12g="how predictions are computed",
            i13="rare answers", i14="fairness: what was done", i15="what the model puts out, thresholds",
            i16="how fitting and judging data differ", i17="ethical approval and consent"),
    *_items("Open science", i18a="funding", i18b="conflicts of interest", i18c="protocol", i18d="registration",
            i18e="where the data are", i18f="where the code is", i19="involvement of patients and the public"),
    *_items("Results", i20a="flow of people", i20b="what the people were like, missing values",
            i20c="fitting people against judged people", i21="people and events in each analysis",
            i22="the whole model, so that others can predict", i23a="performance with intervals, by group",
            i23b="differences between places", i24="results of updating"),
    *_items("Discussion", i25="what it means, fairness included", i26="limits", i27a="poor or missing input",
            i27b="what users must do or know", i27c="what comes next"),
)  # fmt: skip


def checklist(answers: Mapping[str, str]) -> list[str]:
    """The checklist as Markdown lines; whatever has no answer says so. Raises: KeyError on an unknown item."""
    known = {item.number for item in ITEMS}
    for number in answers:
        if number not in known:
            raise KeyError(number)
    filled = sum(bool(answers.get(item.number)) for item in ITEMS)
    lines = [f"{filled} of {len(ITEMS)} items are filled from the run; the others need a person.", ""]
    lines += ["| item | part | what to say | said |", "|---|---|---|---|"]
    for item in ITEMS:
        said = answers.get(item.number) or OPEN
        lines.append(f"| {item.number} | {item.part} | {item.ask} | {said.replace('|', ' ')} |")
    return lines
