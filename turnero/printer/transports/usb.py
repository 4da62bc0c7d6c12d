"""Printers on USB without a driver of the system in between, by vendor and product.

pyusb's calls wait in their thread, so each has a short limit of its own and they run in one
thread of this printer, in order: a close that comes too early stands in line behind the
write that has not ended yet.
"""

import asyncio
import errno
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Any, Final

import msgspec

from turnero.printer.port import Confirmation, Limits, Link
from turnero.printer.transports.base import BasePrinter
from turnero.printer.transports.threads import opened_in

#: bytes given to the printer at once, and how long one call waits for it to take them
_PIECE: Final = 4096
_PIECE_MS: Final = 250
#: how long one look for an answer lasts
_LOOK_MS: Final = 100
#: USB's class of printers
_PRINTER_CLASS: Final = 7


class UsbName(msgspec.Struct, frozen=True):
    """What a printer is called on the bus; `serial` tells two of one model apart."""

    vendor: int
    product: int
    serial: str | None = None


class UsbPrinter(BasePrinter):
    """A printer on the bus. `backend` is pyusb's, None for the system's libusb."""

    forgets = False

    def __init__(
        self,
        name: UsbName,
        *,
        reports: bool = True,
        confirms: Confirmation = Confirmation.NONE,
        limits: Limits | None = None,
        backend: Any = None,
    ) -> None:
        super().__init__(reports=reports, confirms=confirms, limits=limits)
        self.name = name
        self._backend = backend
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="usb-printer")

    async def connect(self) -> Link:
        """Claim the printer; `OSError` when it is not there or another program has it."""
        opened = await opened_in(self._thread, partial(_open, self.name, self._backend))
        return _UsbLink(self._thread, opened)


class _Opened:
    """A claimed printer: its two ends."""

    def __init__(self, device: Any, out: Any, back: Any) -> None:
        self.device = device
        self.out = out
        self.back = back

    def close(self) -> None:
        """Let it go."""
        import usb.util  # noqa: PLC0415 - as lazily as in `_open`

        usb.util.dispose_resources(self.device)


class _UsbLink:
    """One claim of the printer."""

    def __init__(self, thread: ThreadPoolExecutor, opened: _Opened) -> None:
        self._thread = thread
        self._opened: _Opened | None = opened
        self._unread = b""

    async def write(self, data: bytes) -> None:
        """See `Link.write`. libusb says how much of a piece was taken, also when time ran out."""
        opened = self._claimed()
        rest = data
        while rest:
            with suppress(TimeoutError):
                rest = rest[await self._call(partial(opened.out.write, rest[:_PIECE], _PIECE_MS)) :]

    async def read(self, size: int) -> bytes:
        """See `Link.read`; a printer that can say nothing is waited for."""
        opened = self._claimed()
        while not self._unread:
            if opened.back is None:
                await asyncio.sleep(3600)
            try:
                said = await self._call(
                    partial(opened.back.read, opened.back.wMaxPacketSize, _LOOK_MS)
                )
            except TimeoutError:
                continue
            self._unread = bytes(said)
        said, self._unread = self._unread[:size], self._unread[size:]
        return said

    async def close(self) -> None:
        """Let it go, in its turn."""
        opened, self._opened = self._opened, None
        if opened is not None:
            await asyncio.shield(asyncio.wrap_future(self._thread.submit(opened.close)))

    def _claimed(self) -> _Opened:
        if self._opened is None:
            raise ConnectionResetError("the printer was let go")
        return self._opened

    async def _call(self, call: Callable[[], Any]) -> Any:
        import usb.core  # noqa: PLC0415 - as lazily as in `_open`

        try:
            return await asyncio.wrap_future(self._thread.submit(call))
        except usb.core.USBTimeoutError as error:
            raise TimeoutError from error


def _open(name: UsbName, backend: Any) -> _Opened:
    import usb.core  # noqa: PLC0415 - not every installation has a USB printer
    import usb.util  # noqa: PLC0415

    try:
        found = usb.core.find(
            find_all=True, idVendor=name.vendor, idProduct=name.product, backend=backend
        )
        device = next((one for one in found if _named(one, name.serial)), None)
    except usb.core.NoBackendError as error:
        raise OSError(errno.ENOSYS, "libusb is not installed") from error
    if device is None:
        raise OSError(errno.ENODEV, f"no such printer: {name.vendor:04x}:{name.product:04x}")
    try:
        interface = _interface(device)
        number = interface.bInterfaceNumber
        try:
            if device.is_kernel_driver_active(number):
                device.detach_kernel_driver(number)
        except NotImplementedError:
            pass  # a system without such drivers
        usb.util.claim_interface(device, number)
    except usb.core.USBError:
        usb.util.dispose_resources(device)
        raise
    ends = {
        usb.util.endpoint_direction(end.bEndpointAddress): end
        for end in interface
        if usb.util.endpoint_type(end.bmAttributes) == usb.util.ENDPOINT_TYPE_BULK
    }
    out = ends.get(usb.util.ENDPOINT_OUT)
    if out is None:
        usb.util.dispose_resources(device)
        raise OSError(errno.ENODEV, "nothing there takes bytes")
    return _Opened(device, out, ends.get(usb.util.ENDPOINT_IN))


def _named(device: Any, serial: str | None) -> bool:
    """Whether it says that name of itself; one that says none is not asked for it."""
    try:
        return serial is None or serial == device.serial_number
    except ValueError:  # pyusb's word for a device that has no texts
        return False


def _interface(device: Any) -> Any:
    """The printer's own interface; the first one where none says that it is."""
    import usb.core  # noqa: PLC0415 - as lazily as in `_open`

    try:
        configuration = device.get_active_configuration()
    except usb.core.USBError:
        device.set_configuration()
        configuration = device.get_active_configuration()
    all_ = list(configuration)
    return next((one for one in all_ if one.bInterfaceClass == _PRINTER_CLASS), all_[0])
