"""The figures of the page carry the colours, axes and numbers of the result they draw."""

from sennight.evaluate.report.pictures import AXES, DIFFERENCE_AXES, front_series
from sennight.evaluate.report.shown import Shown


def shown() -> Shown:
    names = {n: n.upper() for n in ("model", "engineered", "age_sex", "age_sex+model", "missingness")}
    return Shown(
        model="model", reference="engineered", age_sex="age_sex", with_model="age_sex+model",
        others=("missingness",), pairs=(), names=names,
    )  # fmt: skip


def test_each_feature_set_in_front_has_its_own_colour_and_mark() -> None:
    series = front_series(shown())
    assert [s.name for s in series] == ["MODEL", "ENGINEERED", "AGE_SEX", "AGE_SEX+MODEL"]
    assert len({s.colour for s in series}) == len({s.marker for s in series}) == 4


def test_chance_is_marked_where_it_lies() -> None:
    assert {metric: axis[2] for metric, axis in AXES.items()} == {"auc": 0.5, "pearson_r": 0.0}
    assert set(DIFFERENCE_AXES) == set(AXES)
