"""The bytes of each protocol, against their manuals' own words and against alphasign's."""

import asyncio

import pytest
from alphasign import DisplayMode, DisplayPosition, Packet, WriteSpecialFunction, WriteText

from tests.display.signs.benches import opened
from turnero.display.signs import alpha, ditel
from turnero.display.signs.face import Face, TooNarrowError, digits_only, laid_out, plain
from turnero.display.signs.machines import AlphaMachine, crc, machine
from turnero.display.signs.modbus import registers
from turnero.display.signs.opening import Lines
from turnero.display.signs.port import Outcome, Result
from turnero.display.signs.state import SignSettings
from turnero.display.signs.virtual import Panel, VirtualLine


@pytest.mark.parametrize(
    ("face", "width", "shown"),
    [
        (Face("A047", "3"), 6, "A047 3"),
        (Face("A047", "3"), 8, "A047   3"),
        (Face("A047", "3", "left"), 8, "A047 < 3"),
        (Face("A047", "3", "left"), 7, "A047 <3"),
        (Face("A047", "3", "left"), 6, "A047 3"),
        (Face("A047", "3", "down"), 8, "A047   3"),
        (Face("A047", "12"), 6, " A047 "),
        (Face("A047"), 4, "A047"),
        (Face("A047", "Farmacia"), 6, " A047 "),
        (Face(text="Ñandú á-1"), 9, "Nandu a-1"),
        (Face(text="Buenos días"), 6, "Buenos"),
        (Face(), 4, "    "),
    ],
)
def test_a_face_is_laid_out_in_so_many_places(face: Face, width: int, shown: str) -> None:
    assert laid_out(face, width) == shown


def test_a_number_is_never_cut() -> None:
    with pytest.raises(TooNarrowError):
        laid_out(Face("A047"), 3)
    assert digits_only(Face("A047"), 3) == "047"


def test_what_is_no_ascii_is_one_blank_and_shifts_nothing() -> None:
    assert plain("Caja №3\x1b[2J") == "Caja  3 [2J"


def test_ditel_as_the_manual_has_it() -> None:
    assert ditel.frame(1, "A047 3") == b"@01EDA047 3*\r"
    # The manual's example: 22h with 38h is the highest brightness.
    assert ditel.frame(1, "A", 100) == b'@01ED\x00"8A*\r'
    assert ditel.frame(1, "A", 1) == b'@01ED\x00"1A*\r'
    assert ditel.frame(7, "A*@") == b"@07EDA  *\r"


def test_modbus_registers_as_the_manual_has_them() -> None:
    # "E 523": 45h 20h | 35h 32h | 33h ..., two characters a register, the first in the high byte
    assert registers(Face(text="E 523"), 5, "modbus-ditel") == [0x4520, 0x3532, 0x3320]
    assert registers(Face("A047", "3"), 5, "modbus-dm") == [0x30, 0x34, 0x37, 0x20, 0x33, 0x20]


async def test_modbus_frames_byte_by_byte() -> None:
    """Function 16 by the specification: unit, 10h, start, count, bytes, values, check."""
    line = VirtualLine("s")
    heard = bytearray()
    sign = machine("s", "modbus-ditel", 17, 4, tcp=False)
    obey = sign.hear

    def hear(data: bytes) -> bytes:
        heard.extend(data)
        return obey(data)

    sign.hear = hear  # type: ignore[method-assign]
    line.machines.append(sign)
    ours = opened({"s": line}, url="virtual://s", protocol="modbus-ditel", address=17, width=4)
    assert await ours.show(Face("A047")) == Outcome(Result.SHOWN)
    body = b"\x11\x10\x00\x00\x00\x02\x04A047"
    assert bytes(heard) == body + crc(body)
    # The specification's own example of the check: 02h 07h gives 41h 12h.
    assert crc(b"\x02\x07") == b"\x41\x12"


@pytest.mark.parametrize("address", [0, 5, 255])
@pytest.mark.parametrize("text", ["A047 3", "Z999 12", " ", "x"])
def test_an_alpha_frame_is_the_one_that_alphasign_makes(address: int, text: str) -> None:
    theirs = Packet(address=f"{address:02X}").add(
        WriteText(text, label="0", position=DisplayPosition.MIDDLE_LINE, mode=DisplayMode.HOLD)
    )
    own = alpha.packet(address, b"A0\x1b b" + text.encode())
    # Its marker FFh means "wait here" and is not sent.
    assert own == theirs.to_bytes().replace(b"\xff", b"")


@pytest.mark.parametrize("brightness", [1, 44, 50, 60, 72, 90, 100])
def test_alpha_brightness_is_the_one_that_alphasign_sets(brightness: int) -> None:
    theirs = Packet().add(WriteSpecialFunction.set_dimming_register(0, brightness))
    own = alpha.packet(0, alpha.dimming(brightness))
    assert own == theirs.to_bytes().replace(b"\xff", b"")


def test_an_alpha_frame_of_alphasign_is_understood_by_the_virtual_sign() -> None:
    sign = AlphaMachine("s", 5, 8)
    frame = Packet(address="05").add(WriteText("A047 3", label="0")).to_bytes()
    sign.hear(frame.replace(b"\xff", b""))
    assert sign.panel.text == " A047 3 "
    broken = frame.replace(b"\xff", b"").replace(b"A047", b"A048")
    sign.hear(broken)  # its check does not hold
    assert sign.panel.text == " A047 3 "


@pytest.mark.parametrize(
    ("protocol", "brightness", "panel"), [("ditel", 50, 50), ("alpha", 60, 58)]
)
async def test_brightness_reaches_the_sign_where_the_protocol_has_it(
    protocol: str, brightness: int, panel: int
) -> None:
    line = VirtualLine("s")
    line.machines.append(machine("s", protocol, 5, 6, tcp=False))
    sign = opened(
        {"s": line}, url="virtual://s", protocol=protocol, address=5, brightness=brightness, width=6
    )
    assert (await sign.show(Face("A047"))).well
    assert line.machines[0].panel == Panel(" A047 ", panel)


@pytest.mark.parametrize("protocol", ["ditel", "modbus-ditel", "alpha"])
async def test_the_address_of_everybody_is_shown_by_all_and_confirmed_by_none(
    protocol: str,
) -> None:
    line = VirtualLine("s")
    line.machines += [machine(f"s{n}", protocol, n, 6, tcp=False) for n in (1, 2, 3)]
    sign = opened({"s": line}, url="virtual://s", protocol=protocol, address=0, width=6)
    assert await sign.show(Face("A047", "3")) == Outcome(Result.SENT)
    assert {one.panel.text for one in line.machines} == {"A047 3"}


@pytest.mark.parametrize("protocol", ["ditel", "modbus-dm", "modbus-ditel", "alpha"])
async def test_each_of_several_signs_on_a_line_shows_its_own(protocol: str) -> None:
    line = VirtualLine("s")
    line.machines += [machine(f"s{n}", protocol, n, 4, tcp=False) for n in (1, 2, 3)]
    lines = Lines(virtual={"s": line})
    signs = [lines.sign(SignSettings("virtual://s", protocol, n, width=4)) for n in (1, 2, 3)]
    await asyncio.gather(*(sign.show(Face(f"A00{n}")) for n, sign in enumerate(signs)))
    assert [one.panel.text[1:] for one in line.machines] == (
        ["00 ", "01 ", "02 "] if protocol == "modbus-dm" else ["000", "001", "002"]
    )
    assert len(line.sessions) == 1
    for sign in signs:
        await sign.close()
    assert not line.sessions
