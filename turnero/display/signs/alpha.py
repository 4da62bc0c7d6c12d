"""Alpha signs (BetaBrite, Adaptive): the priority text, which stands before all that the sign
itself has stored. Nothing is answered, so a sign is at best sent to.

Source: Alpha Sign Communications Protocol (Adaptive Micro Systems, 9708-8061F): five NUL set
the speed, SOH, type Z (all), address in two hexadecimal digits, STX, `A` write text, `0` the
priority file, ESC, position, mode, text, ETX, checksum (sum of all from STX to ETX, four
hexadecimal digits), EOT. `E/` sets the dimming register.
"""

from typing import Final

from turnero.display.signs.bus import Bus, BusSign
from turnero.display.signs.face import Face, TooNarrowError, laid_out, plain
from turnero.display.signs.links import Link
from turnero.display.signs.port import Outcome, Reason, Result

_HEAD: Final = b"\0" * 5 + b"\x01Z"
_PRIORITY: Final = b"A0"
#: middle of the sign, and "hold": it stands still
_STILL: Final = b"\x1b b"
#: the steps of the dimming register, per cent
DIMS: Final = (100, 86, 72, 58, 44)


class AlphaSign(BusSign):
    """One sign by its address, 0 (all) to 255."""

    def __init__(
        self, bus: Bus, address: int, width: int | None = None, brightness: int | None = None
    ) -> None:
        super().__init__(bus, address)
        self.width = width
        self._brightness = brightness

    async def show(self, face: Face) -> Outcome:
        """See `Sign.show`."""
        try:
            shown = text(face, self.width)
        except TooNarrowError:
            return Outcome(Result.FAILED, Reason.TOO_NARROW)
        packets = [packet(self._address, _PRIORITY + _STILL + shown.encode("ascii"))]
        if self._brightness is not None:
            packets.insert(0, packet(self._address, dimming(self._brightness)))

        async def talk(link: Link) -> Outcome:
            for one in packets:
                await link.write(one, self._bus.limits.write_s)
            return Outcome(Result.SENT)

        return await self._bus.talk(talk)


def text(face: Face, width: int | None) -> str:
    """What the sign is given; it centres and, where it must, shrinks by itself.

    An empty priority text would bring back what the sign has stored: nothing is a blank.
    """
    if width is not None:
        return laid_out(face, width)
    if not face.number:
        return plain(face.text) or " "
    longest = len(face.number) + len(face.desk) + 4
    return " ".join(laid_out(face, longest).split())


def dimming(brightness: int) -> bytes:
    """The command that sets the dimming register to the step nearest to so many per cent."""
    step = min(range(len(DIMS)), key=lambda one: abs(DIMS[one] - brightness))
    return b"E/00%02d" % step


def packet(address: int, command: bytes) -> bytes:
    """One whole transmission with its checksum."""
    body = b"\x02" + command + b"\x03"
    return _HEAD + b"%02X" % address + body + b"%04X" % (sum(body) % 65536) + b"\x04"
