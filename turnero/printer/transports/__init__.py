"""One file for each way of reaching a printer, and the address that chooses among them."""

from collections.abc import Mapping
from urllib.parse import SplitResult, urlsplit

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
    parts = check_address(url)
    if parts.scheme == "tcp":
        return NetworkPrinter(
            parts.hostname or "", parts.port or RAW_PORT, reports=profile.answers, limits=limits
        )
    device = (virtual or {}).get(parts.netloc)
    if device is None:
        raise _bad(url, "no virtual printer of that name")
    return VirtualTransport(device, reports=profile.answers, limits=limits)


def check_address(url: str) -> SplitResult:
    """The parts of a printer's address; `Invalid("bad-printer-address")` says what is wrong with it."""
    parts = urlsplit(url)
    if parts.scheme not in ("tcp", "virtual"):
        raise _bad(url, "it must begin with tcp:// or virtual://")
    try:
        parts.port  # noqa: B018 - reading it is the check
    except ValueError as error:
        raise _bad(url, str(error)) from error
    if parts.scheme == "tcp" and not parts.hostname:
        raise _bad(url, "no host")
    return parts


def _bad(url: str, why: str) -> Invalid:
    return Invalid("bad-printer-address", address=url, why=why)
