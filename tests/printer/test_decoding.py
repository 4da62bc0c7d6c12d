"""The decoder reads what printers read, from bytes written by hand, and survives anything."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from turnero.printer.decode import Decoder, decode
from turnero.printer.operations import (
    AskState,
    AutoState,
    Bold,
    CodePage,
    Confirm,
    Cut,
    CutShort,
    Feed,
    Font,
    Ignored,
    Init,
    Invert,
    Justify,
    Kanji,
    Letters,
    LineFeed,
    Operation,
    QrCode,
    Raster,
    Size,
    Spacing,
    Underline,
    Unknown,
)
from turnero.printer.picture import draw


@pytest.mark.parametrize(
    ("data", "understood"),
    [
        (b"\x1b@", [Init()]),
        (b"Hola\n", [Letters("Hola"), LineFeed()]),
        (b"\xa4\xa5\x1bt\x13\xd5", [Letters("ñÑ"), CodePage(19, "cp858"), Letters("€")]),
        (b"\x1bt\x02\xb5\x1b@\xb5", [CodePage(2, "cp850"), Letters("Á"), Init(), Letters("╡")]),
        (b"\x1bt\x10\xc1", [CodePage(16, "cp1252"), Letters("Á")]),
        (b"\x1bt\x63x", [CodePage(99, None), Letters("x")]),
        (b"\x1b!\x38", [Font(0), Bold(on=True), Size(2, 2), Underline(0)]),
        (b"\x1b!\x81", [Font(1), Bold(on=False), Size(1, 1), Underline(1)]),
        (b"\x1d!\x77", [Size(8, 8)]),
        (b"\x1ba\x01\x1ba2", [Justify("center"), Justify("right")]),
        (b"\x1bE\x01\x1bE\x00", [Bold(on=True), Bold(on=False)]),
        (b"\x1b-\x02", [Underline(2)]),
        (b"\x1dB\x01", [Invert(on=True)]),
        (b"\x1bd\x05\x1bJ\x40", [Feed(lines=5), Feed(dots=64)]),
        (b"\x1b3\x18\x1b2", [Spacing(24), Spacing(None)]),
        (b"\x1c.\x1c&", [Kanji(on=False), Kanji(on=True)]),
        (b"\x1dV\x00\x1dV1", [Cut(partial=False), Cut(partial=True)]),
        (b"\x1dVA\x10\x1dVB\x00", [Cut(partial=False, feed=16), Cut(partial=True, feed=0)]),
        (b"\x1dv0\x00\x02\x00\x01\x00\xf0\x0f", [Raster(16, b"\xf0\x0f")]),
        (b"\x1dv0\x03\x01\x00\x02\x00\xff\x00", [Raster(8, b"\xff\x00", (2, 2))]),
        (b"\x10\x04\x01\x10\x04\x04", [AskState("DLE EOT", 1), AskState("DLE EOT", 4)]),
        (b"\x1dr\x01\x1da\xff", [AskState("GS r", 1), AutoState(255)]),
        (b"\x1d(H\x06\x0000A1b2", [Confirm(b"A1b2")]),
        (b"\x1bp\x00\x19\xfa", [Ignored("ESC p")]),
        (b"\x1dk\x49\x04{B12x", [Ignored("GS k"), Letters("x")]),
        (b"\x1dk\x04123\x00x", [Ignored("GS k"), Letters("x")]),
        (b"\x1b*\x21\x02\x00abcdefx", [Ignored("ESC *"), Letters("x")]),
        (b"\x1d(A\x02\x00\x00\x02x", [Ignored("GS ( A"), Letters("x")]),
        (b"\x07\x1b\x7f", [Unknown(b"\x07"), Unknown(b"\x1b\x7f")]),
    ],
)
def test_commands_mean_what_the_reference_says(data: bytes, understood: list[Operation]) -> None:
    assert decode(data) == understood


def test_a_qr_code_is_stored_and_then_printed() -> None:
    stored = b"\x1d(k\x04\x001A2\x00\x1d(k\x03\x001C\x05\x1d(k\x03\x001E2\x1d(k\x07\x001P0hola"
    assert all(isinstance(one, Ignored) for one in decode(stored))
    assert decode(stored + b"\x1d(k\x03\x001Q0")[-1] == QrCode(b"hola", 5, "Q")


def test_a_stored_drawing_is_printed_when_told() -> None:
    stored = b"\x1d(L\x0c\x000p0\x01\x011\x08\x00\x02\x00\xff\x81"
    assert decode(stored + b"\x1d(L\x02\x0002")[-1] == Raster(8, b"\xff\x81")


def test_a_printer_in_chinese_mode_swallows_the_letter_after_an_accent() -> None:
    (read,) = decode(b"Atenci\xa2n", chinese=True)
    assert isinstance(read, Letters)
    assert read.text.startswith("Atenci")
    assert len(read.text) == 7


def test_a_command_cut_short_is_marked_and_nothing_before_it_is_lost() -> None:
    assert decode(b"Hola\n\x1dv0\x00\x48\x00\x78\x00\xff\xff") == [
        Letters("Hola"),
        LineFeed(),
        CutShort(b"\x1dv0\x00\x48\x00\x78\x00\xff\xff"),
    ]


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400))
def test_garbage_is_never_an_error(data: bytes) -> None:
    operations = decode(data)
    assert draw(operations).height < 21_000
    decode(data, chinese=True)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                b"Hola\n",
                b"\x1b@",
                b"\x1d!\x11",
                b"\x1dv0\x00\x01\x00\x02\x00\xff\x00",
                b"\x10\x04\x01",
            ]
        ),
        max_size=12,
    ),
    st.integers(1, 7),
)
def test_pieces_of_any_size_are_read_like_the_whole(parts: list[bytes], size: int) -> None:
    data = b"".join(parts)
    decoder = Decoder()
    found: list[Operation] = []
    for start in range(0, len(data), size):
        found += decoder.feed(data[start : start + size])
    found += decoder.finish()
    assert _joined(found) == _joined(decode(data))


def _joined(operations: list[Operation]) -> list[Operation]:
    """Neighbouring letters as one: how they were cut does not matter."""
    out: list[Operation] = []
    for one in operations:
        if out and isinstance(one, Letters) and isinstance(out[-1], Letters):
            out[-1] = Letters(out[-1].text + one.text)
        else:
            out.append(one)
    return out
