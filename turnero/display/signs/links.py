"""How bytes reach a sign: TCP, or a serial port in threads of its own. One class for each.

A link is open from its making to the first error. Whose turn it is and when to open anew is
the bus's business (bus.py).
"""

import asyncio
import fcntl
import struct
import termios
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

import msgspec

if TYPE_CHECKING:
    import serial

T = TypeVar("T")

#: bytes taken at once from a line; an answer has a few dozen at most
_PIECE: Final = 256
#: pieces thrown away before a conversation: no late answer is longer, and a line that talks
#: without end must not be listened to without end
_LATE: Final = 16


class Link(Protocol):
    """An open line. Everything raises `OSError` when it is gone."""

    async def write(self, data: bytes, limit_s: float) -> None:
        """Hand over; returns when all was taken, `TimeoutError` when it is not in time."""
        ...

    async def read(self, limit_s: float) -> bytes:
        """What comes next; empty when nothing came in time."""
        ...

    async def drain(self) -> None:
        """Throw away what came unasked: a late answer must not pass for the next."""
        ...

    async def gone(self) -> bool:
        """Whether the other side left, as far as can be told."""
        ...

    async def close(self) -> None:
        """Never raises."""
        ...


class TcpLink:
    """A sign, or a serial-to-Ethernet converter, at a host and port."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        # `drain` is to mean "all taken by the system", not "less than 64 kB left".
        writer.transport.set_write_buffer_limits(high=0)

    @classmethod
    async def open(cls, host: str, port: int) -> "TcpLink":
        """Connect; `OSError`."""
        return cls(*await asyncio.open_connection(host, port))

    async def write(self, data: bytes, limit_s: float) -> None:
        """See `Link.write`: taken means acknowledged by the other side, since a sign that was
        unplugged stays "connected" for minutes.
        """
        async with asyncio.timeout(limit_s):
            self._writer.write(data)
            await self._writer.drain()
            while self._unacknowledged():  # noqa: ASYNC110 - the system rings no bell for this
                await asyncio.sleep(0.005)

    def _unacknowledged(self) -> int:
        socket = self._writer.get_extra_info("socket")
        if socket is None or socket.fileno() < 0:
            raise ConnectionResetError("the connection is gone")
        try:
            answer = fcntl.ioctl(socket.fileno(), termios.TIOCOUTQ, b"\0" * 4)
        except OSError:  # a system that cannot tell
            return 0
        return int(struct.unpack("i", answer)[0])

    async def read(self, limit_s: float) -> bytes:
        """See `Link.read`."""
        try:
            async with asyncio.timeout(limit_s):
                found = await self._reader.read(_PIECE)
        except TimeoutError:
            return b""
        if not found:
            raise ConnectionResetError("the other side closed")
        return found

    async def drain(self) -> None:
        """See `Link.drain`."""
        for _ in range(_LATE):
            if not await self.read(0.001):
                return

    async def gone(self) -> bool:
        """See `Link.gone`."""
        return self._reader.at_eof() or self._writer.is_closing()

    async def close(self) -> None:
        """See `Link.close`."""
        self._writer.close()
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(0.5):
                await self._writer.wait_closed()


class SerialSettings(msgspec.Struct, frozen=True):
    """How a serial port is set; the usual for signs is 9600 8N1."""

    baudrate: int = 9600
    bytesize: int = 8
    #: N, E or O
    parity: str = "N"
    stopbits: int = 1
    #: the port switches the direction of an RS-485 line by RTS; adapters that do it themselves
    #: need nothing
    rs485: bool = False


class SerialLink:
    """A serial port by pyserial, each act in a thread, so that no port can hold the loop."""

    def __init__(self, port: "serial.Serial") -> None:
        self._port = port
        #: set at the end of an act that nobody waits for any more: it may hang in the port
        self._hung: threading.Event | None = None

    async def write(self, data: bytes, limit_s: float) -> None:
        """See `Link.write`."""
        from serial import SerialTimeoutException  # noqa: PLC0415 - only where there is a port

        def write() -> None:
            self._port.write_timeout = limit_s
            try:
                self._port.write(data)
            except SerialTimeoutException as error:
                self._port.reset_output_buffer()
                raise TimeoutError(str(error)) from error
            _sent(self._port, limit_s)

        await self._act(write, limit_s)

    async def read(self, limit_s: float) -> bytes:
        """See `Link.read`."""

        def read() -> bytes:
            self._port.timeout = limit_s
            first = self._port.read(1)
            return first + self._port.read(min(self._port.in_waiting, _PIECE)) if first else b""

        return await self._act(read, limit_s)

    async def drain(self) -> None:
        """See `Link.drain`."""
        await self._act(self._port.reset_input_buffer, 1.0)

    async def gone(self) -> bool:
        """See `Link.gone`: asking a port that was pulled out is an error."""

        def gone() -> bool:
            return self._port.in_waiting < 0 or not Path(str(self._port.name)).exists()

        try:
            return await self._act(gone, 1.0)
        except OSError:
            return True

    async def close(self) -> None:
        """See `Link.close`."""

        def close() -> None:
            # What a pulled-out port never took must not hold up the closing.
            with suppress(OSError, termios.error):
                self._port.reset_output_buffer()
            with suppress(OSError, termios.error):
                self._port.close()

        with suppress(OSError):
            await self._act(close, 1.0)

    async def _act(self, act: Callable[[], T], limit_s: float) -> T:
        """In a thread, with a limit from outside too: a driver may hang where no time-out helps.

        Raises `OSError` while an act before still hangs: no second thread waits behind it.
        """
        if self._hung is not None and not self._hung.is_set():
            raise OSError("the serial port hangs")
        ended = threading.Event()

        def noted() -> T:
            try:
                return act()
            finally:
                ended.set()

        try:
            return await asyncio.wait_for(in_thread(noted), limit_s + 1.0)
        except termios.error as error:  # is no OSError
            raise OSError(str(error)) from error
        except TypeError as error:  # pyserial on a port that was closed meanwhile
            raise OSError("the port is closed") from error
        except (TimeoutError, asyncio.CancelledError):
            self._hung = ended
            raise


class SerialPort:
    """A serial port by its name: one below /dev/serial/by-id is looked up anew at each opening."""

    def __init__(self, path: str, settings: SerialSettings) -> None:
        self._path = path
        self._settings = settings
        #: it may hang in the driver: no second thread is sent after it
        self._opening: asyncio.Future[serial.Serial] | None = None

    async def open(self) -> SerialLink:
        """Open it; `OSError`."""
        if self._opening is not None and not self._opening.done():
            raise OSError("the serial port hangs")
        opening = self._opening = in_thread(lambda: _opened(self._path, self._settings))
        try:
            return SerialLink(await asyncio.shield(opening))
        except asyncio.CancelledError:
            opening.add_done_callback(_close_late)
            raise


def _close_late(opening: "asyncio.Future[serial.Serial]") -> None:
    """A port that opened after nobody waited for it any more."""
    if not opening.cancelled() and opening.exception() is None:
        opening.result().close()


def _opened(path: str, settings: SerialSettings) -> "serial.Serial":
    import serial  # noqa: PLC0415 - only where there is a port
    from serial.rs485 import RS485Settings  # noqa: PLC0415

    try:
        port = serial.Serial(
            path,
            baudrate=settings.baudrate,
            bytesize=settings.bytesize,
            parity=settings.parity,
            stopbits=settings.stopbits,
            # Nobody else writes between our bytes.
            exclusive=True,
        )
    except termios.error as error:  # is no OSError
        raise OSError(str(error)) from error
    if settings.rs485:
        try:
            port.rs485_mode = RS485Settings()
        except (ValueError, OSError) as error:
            port.close()
            raise OSError(f"this port has no RS-485 mode: {error}") from error
    return port


def _sent(port: "serial.Serial", limit_s: float) -> None:
    """Wait until the system's buffer is empty; never `flush`, which waits without a limit."""
    pause = threading.Event()
    waited = 0.0
    while port.out_waiting:
        if waited > limit_s:
            port.reset_output_buffer()
            raise TimeoutError("the line takes no bytes")
        pause.wait(0.005)
        waited += 0.005


def in_thread(act: Callable[[], T]) -> "asyncio.Future[T]":
    """Run in a thread that nobody waits for at the end of the process."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def tell(result: T | None, error: BaseException | None) -> None:
        if done.done():
            return
        if error is not None:
            done.set_exception(error)
        else:
            done.set_result(result)  # type: ignore[arg-type]  # no error: it is a T

    def run() -> None:
        try:
            result = act()
        except BaseException as error:  # noqa: BLE001 - handed to who waits
            with suppress(RuntimeError):  # the loop may have ended
                loop.call_soon_threadsafe(tell, None, error)
        else:
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(tell, result, None)

    threading.Thread(target=run, name="sign-port", daemon=True).start()
    return done
