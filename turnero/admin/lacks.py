"""What a new site still lacks: in its description, in its people, and what the machines say.

Reads only. What the machines and the roster say is queue/ready.py.
"""

from typing import Final

import msgspec

from turnero.admin.fields import leaves, own_name
from turnero.admin.frame import Person
from turnero.queue import site_out
from turnero.queue.ready import Missing, ready
from turnero.queue.site_shape import SiteFile
from turnero.store.sql import Query
from turnero.web.languages import mark

#: who can call people
_CALLERS: Final = frozenset({"agent", "supervisor"})


class Lack(msgspec.Struct, frozen=True):
    """Something that is missing in the description, and where it is added."""

    #: msgid
    words: str
    figures: dict[str, str]
    #: below /admin/<site>/, or an address of its own
    where: str


class Lacking(msgspec.Struct, frozen=True):
    """All that stands between the site and its first ticket."""

    #: what must be there
    needed: tuple[Lack, ...]
    #: what is better there
    better: tuple[Lack, ...]
    #: what is not switched on yet
    missing: tuple[Missing, ...]
    #: when it opens, UTC
    opens_ms: int | None


def lacking(q: Query, site: int, people: list[Person], now_ms: int) -> Lacking | None:
    """What the site lacks; None where there is no site."""
    file = site_out.read(q, site)
    if file is None:
        return None
    now = ready(q, site, now_ms)
    return Lacking(
        tuple(_needed(file, site, people)), tuple(_better(file)), now.missing, now.opens_ms
    )


def _needed(file: SiteFile, site: int, people: list[Person]) -> list[Lack]:
    found = []
    served = {key for desk in file.desk for key in (*desk.primary, *desk.overflow)}
    found += [
        Lack(mark("No desk calls %(name)s."), {"name": own_name(one.name, file)}, "desks")
        for one in leaves(file)
        if one.key not in served
    ]
    if not file.kiosk:
        found.append(Lack(mark("There is no kiosk at which to take a ticket."), {}, "kiosks"))
    if not file.board:
        found.append(Lack(mark("There is no board that calls people."), {}, "boards"))
    if not any(one.role in _CALLERS and one.site in (None, site) for one in people):
        found.append(Lack(mark("Nobody can sign in at a desk yet."), {}, "/setup/people"))
    return found


def _better(file: SiteFile) -> list[Lack]:
    found = []
    if any(one.printer is None for one in file.kiosk):
        found.append(
            Lack(
                mark("A kiosk has no printer: people note the number or photograph it."),
                {},
                "kiosks",
            )
        )
    if any(not one.planned for one in file.desk):
        found.append(
            Lack(mark("For some desks nobody has said when somebody works there."), {}, "desks")
        )
    return found


#: `why` of a missing device or desk → msgid
WHY: Final = {
    "never": mark("never heard yet"),
    "silent": mark("not heard"),
    "unreachable": mark("cannot be reached"),
    "paper-out": mark("out of paper"),
    "paper-low": mark("little paper left"),
    "cover-open": mark("its cover is open"),
    "offline": mark("switched off"),
    "busy": mark("in use by another program"),
    "denied": mark("not allowed by the system"),
    "mute": mark("does not answer"),
    "garbled": mark("answers nonsense"),
    "refused": mark("refuses what it is given"),
    "too-narrow": mark("its numbers do not fit"),
    "fault": mark("has an error"),
    "no-sound": mark("no board of this area can be heard"),
    "closed": mark("not open yet"),
    "break": mark("on a break"),
    "held": mark("closed by somebody"),
    "emergency": mark("an emergency message is still shown"),
}
