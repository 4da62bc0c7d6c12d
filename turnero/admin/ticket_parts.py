"""What can be filled in for the paper of a site's tickets.

Pure: only which fields there are and what they are called.
"""

from typing import Final

from msgspec.structs import replace

from turnero.admin.fields import Field, Flag, Given, Lines, Values, one
from turnero.queue.site_shape import SiteFile, TicketPart
from turnero.web.languages import mark

TICKET_FIELDS: Final[tuple[Field, ...]] = (
    Lines(
        name="above",
        label=mark("Own lines below the site's name"),
        hint=mark("Such as the address or the tax number; one a line, six at most."),
    ),
    Lines(
        name="below",
        label=mark("Own lines below the code"),
        hint=mark("One a line, six at most."),
    ),
    Lines(
        name="notices",
        label=mark("Notices at the end, in small letters"),
        hint=mark("One a line, six at most."),
    ),
    Flag(name="ahead", label=mark("How many people are ahead")),
    Flag(name="wait", label=mark("How long the wait may be")),
    Flag(name="way", label=mark("The way through several services")),
    Flag(
        name="qr",
        label=mark("The QR code"),
        hint=mark("Without it people type the short code, which is always printed."),
    ),
    Flag(
        name="large",
        label=mark("Large letters on every ticket"),
        hint=mark("Otherwise only for people who asked for large type at the kiosk."),
    ),
)


def ticket_saved(file: SiteFile, given: Given) -> SiteFile:
    """The description with the tickets' paper as it was typed."""
    values: Values = {"logo": one(given, "logo") or None}
    for field in TICKET_FIELDS:
        values |= field.take(given, file.ticket, file)
    return replace(file, ticket=TicketPart(**values))
