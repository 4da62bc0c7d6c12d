"""What is read of a box's own tickets and ratings, and of the numbers it holds."""

from typing import Any, Final

import msgspec
from sqlalchemy import bindparam, func, select

from turnero.boxes.protocol import Rated, Taken
from turnero.device.offline.tables import AT_HAND, UNSAID, box_lease, box_rating, box_ticket
from turnero.printer import reads as papers
from turnero.queue.codes import short_code
from turnero.store.sql import Query, Statement

#: things brought at once
BATCH: Final = 50

_TICKET = select(*box_ticket.c)
_BY_ID = Statement(_TICKET.where(box_ticket.c.id == bindparam("id")))
_BY_ACT = Statement(_TICKET.where(box_ticket.c.act == bindparam("act")))
_BY_CODE = Statement(_TICKET.where(box_ticket.c.code == bindparam("code")))
_BY_NUMBER = Statement(
    _TICKET.where(
        box_ticket.c.site == bindparam("site"),
        box_ticket.c.day == bindparam("day"),
        box_ticket.c.number == bindparam("number"),
    )
)
_OF_DAY = Statement(
    _TICKET.where(box_ticket.c.site == bindparam("site"), box_ticket.c.day == bindparam("day"))
)
_AT_HAND = Statement(_TICKET.where(AT_HAND).order_by(box_ticket.c.no).limit(BATCH))
_UNSAID = Statement(select(*box_rating.c).where(UNSAID).order_by(box_rating.c.no).limit(BATCH))
_TICKETS_LEFT = Statement(select(func.count().label("n")).select_from(box_ticket).where(AT_HAND))
_RATINGS_LEFT = Statement(select(func.count().label("n")).select_from(box_rating).where(UNSAID))
_REFUSED = Statement(
    select(box_ticket.c.number, box_ticket.c.day, box_ticket.c.refused)
    .where(box_ticket.c.state == "refused")
    .order_by(box_ticket.c.no.desc())
    .limit(BATCH)
)
_LEASES = Statement(
    select(*box_lease.c)
    .where(box_lease.c.site == bindparam("site"), box_lease.c.day == bindparam("day"))
    .order_by(box_lease.c.id)
)


class Own(msgspec.Struct, frozen=True):
    """A ticket made at this box. Holds its secret code."""

    id: str
    kiosk: str
    lease: int
    number: str
    day: str
    code: str
    service: str
    attention: str
    language: str
    people: int
    aids: tuple[str, ...]
    issued_ms: int
    offset_ms: int
    act: str | None
    #: waiting (for its paper) | burnt (by it) | uploaded | refused
    state: str

    @property
    def brought(self) -> bool:
        """Whether the server has it."""
        return self.state == "uploaded"


class Stock(msgspec.Struct, frozen=True):
    """The numbers held of one service and day."""

    left: int = 0
    held: int = 0
    #: the last one, as it would be printed without its letters
    last: int = 0


class Refusal(msgspec.Struct, frozen=True):
    """A ticket that the server did not take."""

    number: str
    day: str
    #: code of the refusal
    why: str


class Backlog(msgspec.Struct, frozen=True):
    """What the server does not have yet, and what it did not take."""

    tickets: int = 0
    ratings: int = 0
    refused: tuple[Refusal, ...] = ()

    @property
    def left(self) -> int:
        """How much is still to be brought."""
        return self.tickets + self.ratings


def ticket(q: Query, ticket_id: str) -> Own | None:
    """A ticket made here, by its id."""
    return _own(q.row(_BY_ID, id=ticket_id))


def of_act(q: Query, act: str) -> Own | None:
    """The ticket that was asked for under that key."""
    return _own(q.row(_BY_ACT, act=act))


def of_code(q: Query, code: str) -> Own | None:
    """The ticket with that secret code."""
    return _own(q.row(_BY_CODE, code=code))


def of_number(q: Query, site: int, day: str, number: str) -> Own | None:
    """The ticket with that printed number on that day."""
    return _own(q.row(_BY_NUMBER, site=site, day=day, number=number))


def of_short(q: Query, site: int, day: str, short: str) -> Own | None:
    """The day's ticket with these eight digits; None also when two have them."""
    found = [row for row in q.rows(_OF_DAY, site=site, day=day) if short_code(row.code) == short]
    return _own(found[0]) if len(found) == 1 else None


def stock(q: Query, site: int, kiosk: str | None, day: str) -> dict[str, Stock]:
    """Key of a service -> the kiosk's numbers of that day; None: of every kiosk of this box."""
    found: dict[str, Stock] = {}
    for row in q.rows(_LEASES, site=site, day=day):
        if kiosk not in (None, row.kiosk):
            continue
        before = found.get(row.service, Stock())
        found[row.service] = Stock(
            before.left + max(0, row.last - row.next + 1),
            before.held + row.last - row.first + 1,
            row.last,
        )
    return found


def tickets_to_bring(q: Query) -> tuple[Taken, ...]:
    """The oldest tickets that the server does not have, in the order in which they were made."""
    found = [(row, papers.latest(q, row.id)) for row in q.rows(_AT_HAND)]
    return tuple(
        Taken(
            id=row.id,
            lease=row.lease,
            number=row.number,
            code=row.code,
            day=row.day,
            kiosk=row.kiosk,
            service=row.service,
            attention=row.attention,
            language=row.language,
            issued_ms=row.issued_ms,
            offset_ms=row.offset_ms,
            people=row.people,
            aids=msgspec.json.decode(row.aids, type=tuple[str, ...]),
            printed=paper.state.value if paper is not None else None,
            instead_of=row.act,
        )
        for row, paper in found
    )


def ratings_to_bring(q: Query) -> tuple[Rated, ...]:
    """The oldest ratings that the server does not have, by the server's clock."""
    return tuple(
        Rated(
            key=row.act,
            code=row.code,
            rate=msgspec.Raw(row.rate.encode()),
            at_ms=row.at_ms + row.offset_ms,
        )
        for row in q.rows(_UNSAID)
    )


def backlog(q: Query) -> Backlog:
    """What is still to bring, and what was refused."""
    return Backlog(
        q.rows(_TICKETS_LEFT)[0].n,
        q.rows(_RATINGS_LEFT)[0].n,
        tuple(Refusal(row.number, row.day, row.refused) for row in q.rows(_REFUSED)),
    )


def _own(row: Any | None) -> Own | None:
    if row is None:
        return None
    return Own(
        id=row.id,
        kiosk=row.kiosk,
        lease=row.lease,
        number=row.number,
        day=row.day,
        code=row.code,
        service=row.service,
        attention=row.attention,
        language=row.language,
        people=row.people,
        aids=msgspec.json.decode(row.aids, type=tuple[str, ...]),
        issued_ms=row.issued_ms,
        offset_ms=row.offset_ms,
        act=row.act,
        state=row.state,
    )
