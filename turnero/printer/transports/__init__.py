"""One file for each way of reaching a printer, and the address that chooses among them."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from turnero.printer.port import Limits, Printer
from turnero.printer.profiles import Profile
from turnero.printer.transports.network import NetworkPrinter
from turnero.printer.transports.virtual import VirtualTransport
from turnero.printer.virtual import VirtualPrinter
from turnero.store.errors import Invalid

#: port on which network printers listen for raw jobs
RAW_PORT = 9100


def open_printer(
    url: str,
    profile: Profile,
    *,
    virtual: Mapping[str, VirtualPrinter] | None = None,
    limits: Limits | None = None,
) -> Printer:
    """The printer at an address: `tcp://host:port` (9100 if unsaid) or `virtual://name`.

    `virtual` are the virtual printers that run in this process, by name. Opens nothing yet.
    Raises `Invalid("bad-printer-address")`, which says what is wrong with the address.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Invalid("bad-printer-address", address=url, why=str(error)) from error
    if parts.scheme == "tcp":
        if not parts.hostname:
            raise Invalid("bad-printer-address", address=url, why="no host")
        return NetworkPrinter(
            parts.hostname, port or RAW_PORT, reports=profile.answers, limits=limits
        )
    if parts.scheme == "virtual":
        device = (virtual or {}).get(parts.netloc)
        if device is None:
            raise Invalid("bad-printer-address", address=url, why="no virtual printer of that name")
        return VirtualTransport(device, reports=profile.answers, limits=limits)
    raise Invalid("bad-printer-address", address=url, why="it must begin with tcp:// or virtual://")
