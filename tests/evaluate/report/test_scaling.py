"""The picture of scaling names every size and its three panels, and is sound."""

import xml.etree.ElementTree as ET

from sennight.evaluate.report.scaling import scaling_picture
from sennight.evaluate.scaling import PowerLaw, ScalingPoint


def test_it_names_every_size_and_panel() -> None:
    points = [
        ScalingPoint(size=size, weights=weights, people=people, error=1 / people + 1 / weights, auc=0.6, auc_low=0.5,
                     auc_high=0.7, r=0.2, r_low=0.1, r_high=0.3)
        for size, weights in (("xxs", 200_000), ("s", 7_000_000))
        for people in (250, 500, 1_000, 2_000)
    ]  # fmt: skip
    picture = scaling_picture(points, {"s": PowerLaw(a=1.0, b=1.0, c=0.0, miss=0.0)})
    said = " ".join("".join(e.itertext()) for e in ET.fromstring(picture).iter())
    for words in ("XXS, 0.2 M weights", "S, 7.0 M weights", "Error on hidden minutes", "Mean AUC", "Mean r", "2,000"):
        assert words in said
    assert "http" not in picture.replace("http://www.w3.org", "")
