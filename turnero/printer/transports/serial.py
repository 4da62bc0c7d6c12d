"""Printers on a serial port, named by its path: best by one under /dev/serial/by-id, which
finds the same printer again when the system gives it another number.

pyserial opens the port and sets it up, in a thread, for a stuck adapter holds up whoever opens it;
its own reading and writing are not used, for it waits in the calling thread. The port is opened for
each job, so a printer that was unplugged and returned is found by the next one.
"""

import errno
import termios
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Final

import msgspec

from turnero.printer.port import Confirmation, Limits, Link
from turnero.printer.transports.base import BasePrinter
from turnero.printer.transports.descriptor import DescriptorLink
from turnero.printer.transports.threads import opened_in

if TYPE_CHECKING:
    import serial

#: ways of holding a sender back, and pyserial's names for them
FLOWS: Final = {"none": None, "rtscts": "rtscts", "xonxoff": "xonxoff"}
#: bits on the line for each byte, with start and stop; one more with parity
_BITS: Final = 10


class Line(msgspec.Struct, frozen=True):
    """How a serial line is set; eight data bits and one stop bit."""

    baudrate: int = 9600
    parity: str = "N"
    flow: str = "none"


class SerialPrinter(BasePrinter):
    """A printer at a serial port."""

    forgets = False

    def __init__(
        self,
        path: str,
        line: Line,
        *,
        reports: bool = True,
        confirms: Confirmation = Confirmation.NONE,
        limits: Limits | None = None,
    ) -> None:
        super().__init__(reports=reports, confirms=confirms, limits=limits)
        self.path = path
        self.line = line
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="serial-printer")

    def patience_s(self, job: bytes) -> float:
        """What the line itself needs, and the printer's pauses."""
        return self.limits.send_s + len(job) * _BITS / self.line.baudrate

    async def connect(self) -> Link:
        """Open the port for this program alone; `OSError` when it is gone or taken."""
        port = await opened_in(self._thread, partial(_opened, self.path, self.line))
        return DescriptorLink(port.fileno(), port.close, self.line.baudrate / _BITS)


def _opened(path: str, line: Line) -> "serial.Serial":
    import serial  # noqa: PLC0415 - not every installation has a serial printer

    flow = FLOWS[line.flow]
    try:
        port = serial.Serial(
            path,
            line.baudrate,
            parity=line.parity,
            timeout=0,
            write_timeout=0,
            exclusive=True,
            **({flow: True} if flow else {}),
        )
    except ValueError as error:  # a rate that this adapter does not know
        raise OSError(errno.EINVAL, str(error)) from error
    except termios.error as error:  # unplugged a moment ago: is no OSError
        raise OSError(*error.args) from error
    try:
        _say_when_empty(port.fileno())
    except termios.error as error:
        port.close()
        raise OSError(*error.args) from error
    return port


def _say_when_empty(descriptor: int) -> None:
    """Nothing to read is to be told from the other side's end: pyserial asks for both as "no
    bytes" (VMIN 0).
    """
    set_up = termios.tcgetattr(descriptor)
    set_up[6][termios.VMIN] = 1
    termios.tcsetattr(descriptor, termios.TCSANOW, set_up)
