from tests.agent.people import flat, person

from sennight.agent.tools import TOOLS, Declined, Found

PERSON = person({"steps": flat(30, 2), "heart_rate": flat(30, 60)}, devices=["A"] * 15 + ["<b>&"] * 15)


def test_a_picture_is_svg_with_words_for_who_cannot_see_it() -> None:
    for kind in ("days", "hours"):
        reply = TOOLS["plot"].call(PERSON, {"metric": "steps", "kind": kind, "window": "all"})
        assert isinstance(reply, Found)
        assert reply.picture.startswith("<svg")
        assert "<desc" in reply.picture
        assert "<b>" not in reply.picture
        assert "http" not in reply.picture.replace("http://www.w3.org", "")


def test_what_has_no_hours_cannot_be_drawn_by_hour() -> None:
    reply = TOOLS["plot"].call(PERSON, {"metric": "worn_minutes", "kind": "hours"})
    assert isinstance(reply, Declined)
