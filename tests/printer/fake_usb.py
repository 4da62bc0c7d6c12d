"""A bus with one printer on it, for pyusb: the virtual printer behind a back end of ours.

There is no USB on a test machine. What is shown with it is our use of pyusb (claim, pieces,
time limits, answers, unplugging); the kernel and the cable are not.
"""

import asyncio
import errno
import queue
from typing import Any

import usb.backend
import usb.core

from turnero.printer.virtual import Session, VirtualPrinter

VENDOR, PRODUCT, SERIAL = 0x04B8, 0x0E15, "X2TP001"
_OUT, _IN = 0x01, 0x82
#: what one packet carries
_PACKET = 64


class _Row:
    """A descriptor: any attributes."""

    def __init__(self, **given: Any) -> None:
        self.__dict__.update(given)
        self.extra_descriptors: list[int] = []


class FakeBus(usb.backend.IBackend):  # type: ignore[misc]  # pyusb is untyped
    """See the module's text; called from a printer's own thread, acts on the test's loop."""

    def __init__(self, machine: VirtualPrinter) -> None:
        self.machine = machine
        self.claimed_by: object | None = None
        self._loop = asyncio.get_running_loop()
        self._session: Session | None = None
        self._said: queue.Queue[bytes] = queue.Queue()
        self._taking: Any = None
        self.kernel_driver = True

    # --- what is on the bus -------------------------------------------------------------------

    def enumerate_devices(self) -> Any:
        return iter([] if self.machine.faults.unplugged else ["printer"])

    def get_device_descriptor(self, _dev: Any) -> Any:
        return _Row(
            bLength=18,
            bDescriptorType=1,
            bcdUSB=0x0200,
            bDeviceClass=0,
            bDeviceSubClass=0,
            bDeviceProtocol=0,
            bMaxPacketSize0=64,
            idVendor=VENDOR,
            idProduct=PRODUCT,
            bcdDevice=0x0100,
            iManufacturer=0,
            iProduct=0,
            iSerialNumber=0,
            bNumConfigurations=1,
            address=1,
            bus=1,
            port_number=1,
            port_numbers=(1,),
            speed=3,
        )

    def get_configuration_descriptor(self, _dev: Any, _number: int) -> Any:
        return _Row(
            bLength=9,
            bDescriptorType=2,
            wTotalLength=32,
            bNumInterfaces=1,
            bConfigurationValue=1,
            iConfiguration=0,
            bmAttributes=0xC0,
            bMaxPower=1,
        )

    def get_interface_descriptor(self, _dev: Any, number: int, alt: int, _config: int) -> Any:
        if number or alt:
            raise IndexError
        return _Row(
            bLength=9,
            bDescriptorType=4,
            bInterfaceNumber=0,
            bAlternateSetting=0,
            bNumEndpoints=2,
            bInterfaceClass=7,
            bInterfaceSubClass=1,
            bInterfaceProtocol=2,
            iInterface=0,
        )

    def get_endpoint_descriptor(
        self, _dev: Any, number: int, _interface: int, _alt: int, _config: int
    ) -> Any:
        return _Row(
            bLength=7,
            bDescriptorType=5,
            bEndpointAddress=(_OUT, _IN)[number],
            bmAttributes=2,
            wMaxPacketSize=_PACKET,
            bInterval=0,
            bRefresh=0,
            bSynchAddress=0,
        )

    # --- one opening --------------------------------------------------------------------------

    def open_device(self, _dev: Any) -> Any:
        return object()

    def close_device(self, handle: Any) -> None:
        self.release_interface(handle, 0)

    def get_configuration(self, _handle: Any) -> int:
        return 1

    def is_kernel_driver_active(self, _handle: Any, _number: int) -> bool:
        return self.kernel_driver

    def detach_kernel_driver(self, _handle: Any, _number: int) -> None:
        self.kernel_driver = False

    def claim_interface(self, handle: Any, _number: int) -> None:
        if self.claimed_by not in (None, handle):
            raise usb.core.USBError("Resource busy", errno=errno.EBUSY)
        assert not self.kernel_driver
        self.claimed_by = handle
        self._said = queue.Queue()
        self._session = self.machine.session(self._said.put)

    def release_interface(self, handle: Any, _number: int) -> None:
        if self.claimed_by is handle and self._session is not None:
            self.claimed_by = None
            session, self._session = self._session, None
            self._soon(session.end(), 1.0)

    def bulk_write(self, _handle: Any, _end: int, _number: int, data: Any, timeout: int) -> int:
        """Takes a packet at a time; what time ran out on is not taken, as libusb tells it."""
        self._there()
        taken = 0
        give_up = self._loop.time() + timeout / 1000
        while taken < len(data):
            if self._taking is None:
                packet = bytes(data[taken : taken + _PACKET])
                session = self._session
                assert session is not None
                self._taking = asyncio.run_coroutine_threadsafe(session.receive(packet), self._loop)
            left = give_up - self._loop.time()
            try:
                self._taking.result(max(0.0, left))
            except TimeoutError:
                # The machine holds the packet until it can take it: counted when it has.
                self._taking.cancel()
                self._taking = None
                break
            except OSError as error:
                self._taking = None
                raise usb.core.USBError(str(error), errno=errno.ENODEV) from error
            self._taking = None
            taken += min(_PACKET, len(data) - taken)
        if not taken:
            raise usb.core.USBTimeoutError("Operation timed out", errno=errno.ETIMEDOUT)
        return taken

    def bulk_read(self, _handle: Any, _end: int, _number: int, buff: Any, timeout: int) -> int:
        self._there()
        try:
            said = self._said.get(timeout=timeout / 1000)
        except queue.Empty:
            raise usb.core.USBTimeoutError("Operation timed out", errno=errno.ETIMEDOUT) from None
        buff[: len(said)] = type(buff)("B", said)
        return len(said)

    def _there(self) -> None:
        if self.machine.faults.unplugged or self._session is None:
            raise usb.core.USBError("No such device", errno=errno.ENODEV)

    def _soon(self, doing: Any, seconds: float) -> None:
        asyncio.run_coroutine_threadsafe(doing, self._loop).result(seconds)
