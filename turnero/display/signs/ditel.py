"""Ditel DT-203X, DT-105X and DT-110X: the ASCII protocol over RS-232 or RS-485.

Source: Ditel, manual of the DT-203X/105X/110X series, 4.4.4: `@`, two digits of address, `ED`,
1 to 160 characters, `*`, CR. A sign whose own address was called answers `@aaED0*` CR; what is
sent to 00 all show and none answers. `00h 22h n` within the text sets brightness, n from 1 to 8.
"""

import re
from typing import Final

from turnero.display.signs.bus import Bus, BusSign
from turnero.display.signs.face import Face, TooNarrowError, laid_out
from turnero.display.signs.links import Link
from turnero.display.signs.port import Outcome, Reason, Result
from turnero.display.signs.talk import answer

EVERYBODY: Final = 0
_ANSWER: Final = re.compile(rb"@(\d\d)ED([^*\r]*)\*\r")
#: the answer that says yes
_YES: Final = b"0"
#: characters that would end or begin a block; on a sign their meaning is nobody's loss
_FRAME: Final = str.maketrans("@*", "  ")
_STEPS: Final = 8


class DitelSign(BusSign):
    """One sign by its address, 0 to 99."""

    def __init__(self, bus: Bus, address: int, width: int, brightness: int | None = None) -> None:
        super().__init__(bus, address)
        self.width = width
        self._brightness = brightness

    async def show(self, face: Face) -> Outcome:
        """See `Sign.show`."""
        try:
            block = frame(self._address, laid_out(face, self.width), self._brightness)
        except TooNarrowError:
            return Outcome(Result.FAILED, Reason.TOO_NARROW)

        async def talk(link: Link) -> Outcome:
            await link.write(block, self._bus.limits.write_s)
            if self._address == EVERYBODY:
                return Outcome(Result.SENT)
            return await answer(link, self._bus.limits.answer_s, self._judge)

        return await self._bus.talk(talk)

    def _judge(self, heard: bytes) -> Outcome | None:
        """What the answer says; None while it has not come whole. Others' are passed over."""
        for found in _ANSWER.finditer(heard):
            if int(found[1]) == self._address:
                if found[2] == _YES:
                    return Outcome(Result.SHOWN)
                return Outcome(Result.FAILED, Reason.REFUSED)
        return None


def frame(address: int, text: str, brightness: int | None = None) -> bytes:
    """One block. `text`: printable ASCII. `brightness`: per cent."""
    shown = text.translate(_FRAME).encode("ascii")
    if brightness is not None:
        step = max(1, round(brightness * _STEPS / 100))
        shown = b'\x00"' + str(step).encode() + shown
    return b"@%02dED%s*\r" % (address, shown)
