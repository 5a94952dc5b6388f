"""XML in a bounded stream: what honest files hold comes out, and each known attack ends in one sentence."""

import io
import subprocess
import sys
from collections import Counter

import pytest

from sennight.errors import ReadError
from sennight.readers.guard import Member, XmlEnd, XmlFeed, XmlLimits, XmlStart, clean_blocks, xml_events
from sennight.readers.guard.xml import CONTROL_CHARACTER, NOT_UTF8, PIECE_BYTES

ENTITY = '<!DOCTYPE a [<!ENTITY x "boom">]>'


def _events(text: str | bytes, **options: object) -> list[XmlStart | XmlEnd]:
    raw = text.encode() if isinstance(text, str) else text
    return list(xml_events(io.BytesIO(raw), **options))  # type: ignore[arg-type]


def _texts(text: str | bytes, **options: object) -> list[str]:
    return [e.text for e in _events(text, **options) if isinstance(e, XmlEnd)]


def test_elements_come_with_attributes_text_and_depth() -> None:
    assert _events('<a b="1"><c>x<d/>y</c></a>') == [
        XmlStart("a", {"b": "1"}, 0),
        XmlStart("c", {}, 1),
        XmlStart("d", {}, 2),
        XmlEnd("d", "", 2),
        XmlEnd("c", "xy", 1),
        XmlEnd("a", "", 0),
    ]


def test_a_member_is_read_and_named_in_errors() -> None:
    member = Member(name="w.tcx", size=3, open=lambda: io.BytesIO(b"<a><b></a>"))
    with pytest.raises(ReadError, match="not well-formed") as caught:
        list(xml_events(member))
    assert caught.value.where == "w.tcx"


@pytest.mark.parametrize(
    "prolog",
    [
        "",
        "\ufeff",
        '<?xml version="1.0" encoding="UTF-8"?>\n',
        "<!-- <!DOCTYPE a [ --> <?pi x?>",
        '<!DOCTYPE a SYSTEM "x>y.dtd">',
        "<!doctype a>",
        "<!DOCTYPE a [\n<!-- isn't ]> closed -->\n<!ELEMENT a (b)>\n]\n>",
        '<!DOCTYPE a [\n<!ATTLIST b\n  device CDATA #IMPLIED\n<!ATTLIST c\n>\n  startDate "CDATA\n]>',
    ],
    ids=["none", "mark", "declaration", "comment", "system", "lower case", "comment inside", "malformed"],
)
def test_a_prolog_of_any_kind_is_cut_away(prolog: str) -> None:
    """Failure 8: the DTD of iOS 16 is malformed; the last case has its two faults and an open quote."""
    assert [e.name for e in _events(f'{prolog}<a><b x="1"/></a>')] == ["a", "b", "b", "a"]


def test_a_prolog_is_found_whatever_the_pieces() -> None:
    whole = b'\xef\xbb\xbf<?xml version="1.0"?>\n<!-- c -->\n<!DOCTYPE a [ <!-- ]> --> ]>\n<a>&#169;</a>'
    for size in range(60, len(whole)):
        assert b"".join(clean_blocks(io.BytesIO(whole), where="x", block_bytes=size)) == b"<a>&#169;</a>"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1", "cp1252"])
def test_text_comes_right_in_every_encoding(encoding: str) -> None:
    name = {"latin-1": "ISO-8859-1", "cp1252": "windows-1252"}.get(encoding, "UTF-8")
    text = f'<?xml version="1.0" encoding="{name}"?><a>' + "Müller " * 40_000 + "</a>"
    assert _texts(text.encode(encoding)) == ["Müller " * 40_000]


def test_a_file_that_says_utf16_and_is_not_is_read() -> None:
    assert _texts('<?xml version="1.0" encoding="utf-16"?><a>x</a>') == ["x"]


@pytest.mark.parametrize("name", ["no-such", "utf-7", "unicode_escape", "zip"])
def test_an_encoding_nobody_uses_is_refused(name: str) -> None:
    with pytest.raises(ReadError, match="encoding"):
        _events(f'<?xml version="1.0" encoding="{name}"?><a/>')


def test_control_characters_become_spaces_and_are_counted() -> None:
    """Failure 22."""
    cleaned: Counter[str] = Counter()
    starts = _events('<a b="x\x0by&#x0B;z&#11;&#169;\uffff"/>', cleaned=cleaned)
    assert starts[0] == XmlStart("a", {"b": "x y z ©" + " "}, 0)
    assert cleaned == {CONTROL_CHARACTER: 4}


def test_bytes_that_are_no_text_are_replaced_and_counted() -> None:
    cleaned: Counter[str] = Counter()
    assert _texts(b"<a>x\xff\xfey</a>", cleaned=cleaned) == ["x\ufffd\ufffdy"]
    assert cleaned == {NOT_UTF8: 2}


def test_a_reference_on_the_edge_of_a_piece_stays_whole() -> None:
    raw = b"<a>" + b"x" * 40 + b"&#x00000b;&#99999999;&#xD800;" + b"y" * 40 + b"</a>"
    for size in range(20, 90):
        cleaned: Counter[str] = Counter()
        assert b"&#" not in b"".join(clean_blocks(io.BytesIO(raw), where="x", block_bytes=size, cleaned=cleaned))
        assert cleaned == {CONTROL_CHARACTER: 3}


def test_a_second_root_is_refused_unless_it_is_expected() -> None:
    """Failure 31: several root nodes."""
    assert _texts("<a>1</a>\n<b>2</b>\n", several_roots=True) == ["1", "2"]
    assert [e.depth for e in _events("<a><c/></a><b/>", several_roots=True)] == [0, 1, 1, 0, 0, 0]
    with pytest.raises(ReadError, match="not well-formed"):
        _events("<a>1</a><b>2</b>")
    with pytest.raises(ReadError, match="not well-formed"):
        _events("<a/></roots><roots>", several_roots=True)


@pytest.mark.parametrize("text", ["", "   ", "<a><b></b>", "<a", "<a>x", "<?xml", "<!DOCTYPE a [", "not xml"])
def test_what_is_cut_short_or_no_xml_is_an_error(text: str) -> None:
    with pytest.raises(ReadError, match=r"cut short|not well-formed"):
        _events(text)


def test_what_came_before_the_damage_is_given() -> None:
    """Failure 11, for XML."""
    events = xml_events(io.BytesIO(b"<a><b/><c/>"))
    assert [next(events).name for _ in range(5)] == ["a", "b", "b", "c", "c"]
    with pytest.raises(ReadError, match="cut short"):
        next(events)


def test_a_feed_says_whether_one_may_go_on_behind_the_damage() -> None:
    broken, hostile = XmlFeed(where="x"), XmlFeed(where="x", limits=XmlLimits(depth=2))
    with pytest.raises(ReadError):
        list(broken.feed(b'<a><b c d="1"/>'))
    with pytest.raises(ReadError):
        list(hostile.feed(b"<a><b><c/>"))
    assert (broken.broken, hostile.broken) == (True, False)


# --- attacks: X-05 and X-06 -----------------------------------------------------------------------------------------

LAUGHS = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
ATTACKS = {
    "billion laughs": f'<!DOCTYPE a [<!ENTITY l0 "lol">{LAUGHS}]><a>&l9;</a>',
    "quadratic": f'<!DOCTYPE a [<!ENTITY x "{"y" * 80_000}">]><a>{"&x;" * 40_000}</a>',
    "external file": '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>',
    "external address": '<!DOCTYPE a [<!ENTITY x SYSTEM "http://127.0.0.1:9/x">]><a>&x;</a>',
    "parameter entity": '<!DOCTYPE a [<!ENTITY % p SYSTEM "file:///etc/hostname"> %p;]><a>&q;</a>',
    "second doctype": f"<!DOCTYPE a>{ENTITY}<a>&x;</a>",
    "doctype behind a value": "<!DOCTYPE a [<!ENTITY y ']>'> <!ENTITY x 'boom'>]><a>&x;</a>",
    "doctype without end": "<!DOCTYPE a [" + "<!ENTITY x 'y'>" * 200_000,
    "deep": "<a>" * 300_000,
    "attributes": "<a " + " ".join(f'a{i}="1"' for i in range(400_000)) + "/>",
    "long attribute, 1 MB": f'<a b="{"x" * 1_100_000}"/>',
    "long attribute, 8 MB": f'<a b="{"x" * 8_000_000}"/>',
    "long attribute, 64 MB": f'<a b="{"x" * 64_000_000}"/>',
    "long text, 64 MB": f"<a>{'x' * 64_000_000}</a>",
    "long text in pieces": f"<a>{'<![CDATA[' + 'x' * 900_000 + ']]>'}{'<![CDATA[' + 'x' * 900_000 + ']]>'}</a>",
    "long comment": f"<a><!-- {'< ' * 8_000_000} --></a>",
    "long name": f"<{'a' * 2_000_000}/>",
}


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_an_attack_ends_in_a_read_error(attack: str) -> None:
    events = xml_events(io.BytesIO(attack.encode()))
    with pytest.raises(ReadError):
        sum(1 for _ in events)


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd"><a/>',
        '<!DOCTYPE a PUBLIC "-//X" "file:///etc/hostname"><a/>',
        '<?xml-stylesheet type="text/xsl" href="http://127.0.0.1:9/a.xsl"?><a/>',
        '<a xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="file:///etc/hostname" parse="text"/></a>',
        '<a xmlns="http://127.0.0.1:9/ns" xsi:schemaLocation="x http://127.0.0.1:9/x.xsd"/>',
    ],
    ids=["dtd by address", "dtd by file", "stylesheet", "xinclude", "schema"],
)
def test_what_points_elsewhere_is_never_followed(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def no(*_: object, **__: object) -> None:
        raise AssertionError("opened something")

    monkeypatch.setattr("socket.socket.connect", no)
    monkeypatch.setattr("builtins.open", no)
    assert all(not e.text for e in _events(text) if isinstance(e, XmlEnd))


def _run_alone(code: str) -> int:
    """A number printed by a process of its own, whose memory nobody else has touched and whose types nobody checks."""
    start = """
import io, sys
from sennight.errors import ReadError
from sennight.readers.guard import xml_events
def mebibytes(): return next(int(l.split()[1]) >> 10 for l in open("/proc/self/status") if l.startswith("VmHWM"))
before = mebibytes()
class Pieces(io.BufferedIOBase):
    def __init__(self, head, body, times, tail=b""):
        self.head, self.body, self.left, self.tail = head, body, times, tail
    def read(self, n=-1):
        if self.head: out, self.head = self.head, b""; return out
        self.left -= 1
        return self.body if self.left >= 0 else self.tail if self.left == -1 else b""
"""
    done = subprocess.run([sys.executable, "-c", start + code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


def test_endless_attacks_stay_small() -> None:
    """X-05 and X-06: under 256 MB."""
    code = """
mb = 1 << 20
floods = [(b'<a b="', b"x"), (b"<a>", b"<b>"), (b"<a><!--", b"< "), (b"<a ", b'b="1" '), (b"<!DOCTYPE a [", b"x")]
for head, body in floods:
    try:
        for event in xml_events(Pieces(head, body * (mb // len(body)), 64)): pass
        sys.exit("accepted")
    except ReadError: pass
print(mebibytes() - before)
"""
    assert _run_alone(code) < 256


def test_memory_does_not_grow_with_the_file() -> None:
    """Many small elements, 8 MB of them: the events of one piece are held at a time."""
    code = """
n = sum(1 for _ in xml_events(Pieces(b"<a>", b"<r a='1'/>" * 100_000, 8, b"</a>")))
assert n == 2 + 2 * 8 * 100_000, n
print(mebibytes() - before)
"""
    assert _run_alone(code) < 150


def test_a_token_of_almost_the_limit_is_read_across_pieces() -> None:
    text = "x" * (PIECE_BYTES - 10)
    assert _texts(f"<a><b>{text}</b><b>{text}</b></a>") == [text, text, ""]
