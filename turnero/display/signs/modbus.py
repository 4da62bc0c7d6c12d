"""Modbus signs, RTU and TCP: function 16, "write multiple registers", in two dialects.

pymodbus makes and reads the frames; bytes go over our own line, which several signs share,
has limits on every act, and is the same for all protocols (decision 0014).

Sources: Ditel, manual of DN109/119/189-NB, 24.2.2.5: register 0 on, two ASCII characters a
register, the first in its high byte, ten registers at most. DM36 and DM56: registers 0 to 5,
one ASCII digit each.
"""

import asyncio
import itertools
from typing import TYPE_CHECKING, Final, Literal

from turnero.display.signs.bus import Bus, BusSign
from turnero.display.signs.face import Face, TooNarrowError, digits_only, laid_out
from turnero.display.signs.links import Link
from turnero.display.signs.port import Outcome, Reason, Result
from turnero.display.signs.talk import answer

if TYPE_CHECKING:
    from pymodbus.framer import FramerBase

Dialect = Literal["modbus-ditel", "modbus-dm"]

#: on a serial line all obey and none answers; over TCP it is an address like others
EVERYBODY: Final = 0
#: registers of a DM sign; those beyond its digits are written too, and shown by none
DM_REGISTERS: Final = 6
#: the function's number, in request and answer
_WRITE: Final = 16


class ModbusSign(BusSign):
    """One sign by its unit, 0 to 247. `tcp`: frames of Modbus TCP, else RTU."""

    def __init__(self, bus: Bus, address: int, width: int, dialect: Dialect, *, tcp: bool) -> None:
        super().__init__(bus, address)
        self.width = width
        self._dialect = dialect
        self._tcp = tcp
        self._numbers = itertools.cycle(range(1, 0x10000))
        self._framer: FramerBase | None = None

    async def show(self, face: Face) -> Outcome:
        """See `Sign.show`."""
        try:
            values = registers(face, self.width, self._dialect)
        except TooNarrowError:
            return Outcome(Result.FAILED, Reason.TOO_NARROW)
        if self._framer is None:
            # In a thread: the first import of pymodbus takes its time.
            self._framer = await asyncio.to_thread(_framer, tcp=self._tcp)
        framer = self._framer
        from pymodbus.pdu.register_message import (  # noqa: PLC0415 - see above
            WriteMultipleRegistersRequest,
        )

        number = next(self._numbers) if self._tcp else 0
        request = framer.buildFrame(
            WriteMultipleRegistersRequest(
                address=0, registers=values, dev_id=self._address, transaction_id=number
            )
        )

        async def talk(link: Link) -> Outcome:
            await link.write(request, self._bus.limits.write_s)
            if self._address == EVERYBODY and not self._tcp:
                return Outcome(Result.SENT)
            return await answer(
                link,
                self._bus.limits.answer_s,
                lambda heard: self._judge(framer, heard, number, len(values)),
            )

        return await self._bus.talk(talk)

    def _judge(self, framer: "FramerBase", heard: bytes, number: int, count: int) -> Outcome | None:
        """What the answer says; None while it has not come whole. Others' are passed over."""
        from pymodbus.exceptions import ModbusException  # noqa: PLC0415 - see `show`

        own = bytes([self._address])
        if self._tcp:
            own = number.to_bytes(2, "big") + b"\0\0"
        # Looked for here, since what comes before it may be noise, or another's late answer.
        start = -1
        while (start := heard.find(own, start + 1)) >= 0:
            try:
                _, pdu = framer.handleFrame(heard[start:], self._address, number)
            except (ModbusException, ValueError, IndexError):
                continue
            if pdu is None:
                continue
            if pdu.isError():
                return Outcome(Result.FAILED, Reason.REFUSED)
            if (pdu.function_code, pdu.address, pdu.count) == (_WRITE, 0, count):
                return Outcome(Result.SHOWN)
        return None


def registers(face: Face, width: int, dialect: Dialect) -> list[int]:
    """What is written from register 0 on. Raises `TooNarrowError`."""
    if dialect == "modbus-dm":
        digits = digits_only(face, width).ljust(DM_REGISTERS)
        return [ord(digit) for digit in digits]
    text = laid_out(face, width)
    text += " " * (len(text) % 2)
    return [ord(high) << 8 | ord(low) for high, low in zip(text[::2], text[1::2], strict=True)]


def _framer(*, tcp: bool) -> "FramerBase":
    from pymodbus.framer import FramerRTU, FramerSocket  # noqa: PLC0415 - see `show`
    from pymodbus.pdu import DecodePDU  # noqa: PLC0415

    return (FramerSocket if tcp else FramerRTU)(DecodePDU(is_server=False))
