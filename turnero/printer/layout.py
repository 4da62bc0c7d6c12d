"""What a site has put on its paper, made ready for one printer and one language.

The description holds it (`queue.site_shape.TicketPart`), each printer's settings carry it; here
texts become those of one reader, and the logo becomes dots (`logo.py`).
"""

import logging
from typing import Final
from urllib.parse import parse_qs, urlsplit

import msgspec

from turnero.printer.document import Image
from turnero.printer.profiles import DEFAULT, Profile, profile_named
from turnero.queue.site_devices import paper_on
from turnero.queue.site_shape import TicketPart
from turnero.store.devices import Device
from turnero.store.errors import Refused

log = logging.getLogger("turnero.printer")

#: bits a second of a serial line from which a drawn ticket (some 70 kB) takes seconds, not a
#: minute; lines are set to 9600 unless their address says otherwise
FAST_BAUD: Final = 57_600


class Layout(msgspec.Struct, frozen=True):
    """What stands on a ticket besides its own words, in one language, for one width."""

    logo: Image | None = None
    above: tuple[str, ...] = ()
    below: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    ahead: bool = True
    wait: bool = True
    qr: bool = True
    way: bool = True
    large: bool = False


def layout_on(device: Device, language: str) -> Layout:
    """What this printer's tickets say in that language."""
    profile = profile_for(device)
    return layout(paper_on(device.settings), language, profile)


def layout(part: TicketPart, language: str, profile: Profile) -> Layout:
    """The same of a description. A logo that cannot be drawn is left out: the ticket matters."""
    drawn = None
    if part.logo and profile.graphics:
        from turnero.printer.logo import dithered  # noqa: PLC0415 - imports what draws

        try:
            drawn = dithered(part.logo, profile.dots)
        except (OSError, ValueError, SyntaxError):
            log.exception("the logo of a site's tickets cannot be drawn")
    return Layout(
        drawn,
        _in(part.above, language),
        _in(part.below, language),
        _in(part.notices, language),
        part.ahead,
        part.wait,
        part.qr,
        part.way,
        part.large,
    )


def profile_for(device: Device) -> Profile:
    """The profile that is set for this printer, the usual one where none or an unknown one is."""
    try:
        found = profile_named(device.setting("profile") or DEFAULT)
    except Refused:
        found = profile_named(DEFAULT)
    return reached(found, device)


def reached(profile: Profile, device: Device) -> Profile:
    """The profile over this device's line: a slow serial one carries no pictures."""
    parts = urlsplit(device.setting("url") or "")
    if parts.scheme != "serial":
        return profile
    baud = (parse_qs(parts.query).get("baudrate") or [""])[-1]
    slow = not baud.isdecimal() or int(baud) < FAST_BAUD
    return msgspec.structs.replace(profile, graphics=False) if slow else profile


def drawn_whole(device: Device, profile: Profile) -> bool:
    """Whether its whole tickets are drawn; never over a line that is too slow for pictures."""
    return device.setting("mode") == "raster" and profile.graphics


def _in(texts: dict[str, tuple[str, ...]], language: str) -> tuple[str, ...]:
    """The lines in that language, else in its base language, else in the first there is."""
    base = language.partition("_")[0].partition("-")[0]
    return texts.get(language) or texts.get(base) or next(iter(texts.values()), ())
