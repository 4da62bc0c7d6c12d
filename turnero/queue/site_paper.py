"""What a site may put on its tickets' paper: how much of it, and what a logo has to be.

Pure. The logo is in the description itself, so that a file carries a site whole; drawing it is
the printers' room.
"""

import base64
import binascii
from collections.abc import Mapping
from typing import Final

from turnero.queue.site_breaches import wrong
from turnero.queue.site_shape import SiteFile, TicketPart

#: lines of its own that one place on the paper may have, in one language
MOST_LINES: Final = 6
#: characters of one of them
MOST_LETTERS: Final = 160
#: characters of a logo as it is written in the description
MOST_LOGO: Final = 24_000
#: dots: across 80 mm paper, and three centimetres high
LOGO_WIDE, LOGO_HIGH = 576, 240
_PNG: Final = b"\x89PNG\r\n\x1a\n"


def check(file: SiteFile) -> None:
    """Raise a `Breach` for the first thing that cannot be on paper."""
    part = file.ticket
    if part != TicketPart() and not file.printer:
        raise wrong("ticket", "ticket-no-printer")
    for name in ("above", "below", "notices"):
        _lines(getattr(part, name), f"ticket.{name}")
    if part.logo is not None:
        _logo(part.logo)


def _lines(texts: Mapping[str, tuple[str, ...]], place: str) -> None:
    for language, lines in texts.items():
        if len(lines) > MOST_LINES:
            raise wrong(f"{place}.{language}", "ticket-lines", most=MOST_LINES)
        if any(len(line) > MOST_LETTERS for line in lines):
            raise wrong(f"{place}.{language}", "text-long", most=MOST_LETTERS)


def _logo(text: str) -> None:
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise wrong("ticket.logo", "ticket-logo") from None
    # the picture's own first words: signature, length, "IHDR", width, height
    head = data[:24]
    if len(head) < 24 or not head.startswith(_PNG) or head[12:16] != b"IHDR":  # noqa: PLR2004
        raise wrong("ticket.logo", "ticket-logo")
    wide, high = int.from_bytes(head[16:20]), int.from_bytes(head[20:24])
    if not (0 < wide <= LOGO_WIDE and 0 < high <= LOGO_HIGH):
        raise wrong("ticket.logo", "ticket-logo-size", wide=LOGO_WIDE, high=LOGO_HIGH)
