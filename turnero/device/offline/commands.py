"""The box's own commands for its kiosks while it has no server. Plain `(tx, request) -> result`.

A number is taken out of its lease in the same commit that makes its ticket, and never goes back:
whatever ends this program afterwards, nobody is given it again. Its first print burns it, which is
written down before the printer gets a byte.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Final

import msgspec
from sqlalchemy import bindparam, delete, exists, insert, select, update

from turnero.boxes.protocol import LeasedNumbers
from turnero.device.offline.tables import AT_HAND, box_lease, box_rating, box_ticket
from turnero.queue.facts import TicketIssued
from turnero.queue.numbers import day_of, number
from turnero.queue.requests import Rate
from turnero.store.errors import Refused
from turnero.store.sql import Statement
from turnero.store.tx import Tx

#: what the server made of something brought to it, when it has it
TAKEN: Final = frozenset({"kept", "known", "superseded"})
#: days after which what the server has answered for is forgotten here
KEEP_DAYS: Final = 3
#: days for which a technician is shown the tickets that the server did not take
REFUSED_DAYS: Final = 30

_HELD = Statement(
    select(
        *(box_lease.c.service, box_lease.c.prefix, box_lease.c.day),
        *(box_lease.c.first, box_lease.c.last),
    ).where(box_lease.c.id == bindparam("id"))
)
_OTHER_LEASE = Statement(delete(box_lease).where(box_lease.c.id == bindparam("b_id")))
_NEW_LEASE = Statement(insert(box_lease))
_OLD_LEASES = Statement(delete(box_lease).where(box_lease.c.day < bindparam("b_day")))
_OLD_TICKETS = Statement(
    delete(box_ticket).where(
        box_ticket.c.day < bindparam("b_day"), box_ticket.c.state == bindparam("b_state")
    )
)
_OLD_RATINGS = Statement(
    delete(box_rating).where(
        box_rating.c.at_ms + box_rating.c.offset_ms < bindparam("b_at"),
        box_rating.c.open == 0,
    )
)
_FREE = Statement(
    select(box_lease.c.id, box_lease.c.prefix, box_lease.c.next, box_lease.c.last)
    .where(
        box_lease.c.site == bindparam("site"),
        box_lease.c.kiosk == bindparam("kiosk"),
        box_lease.c.service == bindparam("service"),
        box_lease.c.day == bindparam("day"),
        box_lease.c.next <= box_lease.c.last,
    )
    .order_by(box_lease.c.id)
)
_ADVANCE = Statement(
    update(box_lease).where(box_lease.c.id == bindparam("b_id")).values(next=bindparam("b_next"))
)
_GIVEN = Statement(
    select(box_ticket.c.id).where(
        box_ticket.c.site == bindparam("site"),
        box_ticket.c.day == bindparam("day"),
        box_ticket.c.number == bindparam("number"),
    )
)
_OF_ACT = Statement(
    select(box_ticket.c.id, box_ticket.c.number).where(box_ticket.c.act == bindparam("act"))
)
_LAST = Statement(
    select(box_ticket.c.issued_ms, box_ticket.c.offset_ms)
    .where(box_ticket.c.site == bindparam("site"), box_ticket.c.day == bindparam("day"))
    .order_by(box_ticket.c.no.desc())
    .limit(1)
)
_NEW_TICKET = Statement(
    insert(box_ticket),
    columns=[
        *("id", "site", "kiosk", "lease", "number", "day", "code", "service", "attention"),
        *("language", "people", "aids", "issued_ms", "offset_ms", "act", "state"),
    ],
)
_BURN = Statement(
    update(box_ticket)
    .where(box_ticket.c.id == bindparam("b_id"), box_ticket.c.burnt_ms.is_(None))
    .values(burnt_ms=bindparam("b_now"))
)
_BURNT = Statement(
    update(box_ticket)
    .where(box_ticket.c.id == bindparam("b_id"), box_ticket.c.state == "waiting")
    .values(state="burnt")
)
_RATED = Statement(select(exists().where(box_rating.c.act == bindparam("act")).label("found")))
_NEW_RATING = Statement(
    insert(box_rating), columns=["act", "site", "code", "rate", "at_ms", "offset_ms", "open"]
)
_SETTLE_TICKET = Statement(
    update(box_ticket)
    .where(box_ticket.c.id == bindparam("b_id"), AT_HAND)
    .values(state=bindparam("b_state"), refused=bindparam("b_refused"))
)
_SETTLE_RATING = Statement(
    update(box_rating)
    .where(box_rating.c.act == bindparam("b_act"), box_rating.c.open == 1)
    .values(open=0, refused=bindparam("b_refused"))
)


class Moment(msgspec.Struct, frozen=True):
    """When something happens here: a clock that nobody sets, and what is known of the server's."""

    line_ms: int
    #: server's wall clock less that, as last heard
    offset_ms: int

    @property
    def server_ms(self) -> int:
        """The same moment by the server's clock."""
        return self.line_ms + self.offset_ms


class KeepLeases(msgspec.Struct, frozen=True):
    """What the server set aside for a kiosk."""

    kiosk: str
    #: the day at the site: what is of an earlier one is worth nothing
    day: str
    leases: tuple[LeasedNumbers, ...]


class TakeNumber(msgspec.Struct, frozen=True):
    """A ticket at a kiosk that cannot ask its server."""

    kiosk: str
    service: str
    #: key of its class
    attention: str
    language: str
    people: int
    aids: tuple[str, ...]
    #: key under which the page asked: the same again is the same ticket
    act: str | None
    at: Moment
    #: IANA zone of the site
    zone: str


class TakenHere(msgspec.Struct, frozen=True):
    """The ticket."""

    ticket: str
    number: str


class KeepRating(msgspec.Struct, frozen=True):
    """A rating for a ticket with that code."""

    act: str
    code: str
    rate: Rate
    at: Moment


class Settle(msgspec.Struct, frozen=True):
    """What the server said to each thing brought: see `protocol.Kept`."""

    results: dict[str, str]


def keep_leases(tx: Tx, request: KeepLeases) -> int:
    """Command: hold these numbers ready; how many leases are new. One that comes again changes
    nothing: its numbers may have been given since. A server that was brought back from a backup
    gives its names again: of other numbers, it is another lease.
    """
    new = 0
    for one in request.leases:
        held = tx.row(_HELD, id=one.lease)
        if held is not None:
            if tuple(held) == (one.service, one.prefix, one.day, one.first, one.last):
                continue
            tx.run(_OTHER_LEASE, b_id=one.lease)
        new += 1
        tx.run(
            _NEW_LEASE,
            id=one.lease,
            site=tx.site,
            kiosk=request.kiosk,
            service=one.service,
            prefix=one.prefix,
            day=one.day,
            first=one.first,
            last=one.last,
            next=one.first,
        )
    _forget(tx, request.day)
    return new


def take_number(tx: Tx, request: TakeNumber) -> TakenHere:
    """Command: make a ticket of the next number held for today. Raises `Refused("no-number-held")`."""
    if request.act is not None:
        again = tx.row(_OF_ACT, act=request.act)
        if again is not None:
            return TakenHere(again.id, again.number)
    day = day_of(request.at.server_ms, request.zone)
    at = _after_the_last(tx, day, request.at)
    lease, count, prefix = _next(tx, request, day)
    printed = number(prefix, count)
    ticket = tx.ids.ticket(at.server_ms)
    tx.append(
        TicketIssued(
            ticket=ticket,
            number=printed,
            day=day,
            service=request.service,
            attention=request.attention,
            channel="kiosk",
            language=request.language,
            place=request.kiosk,
            aids=request.aids,
            people=request.people,
        )
    )
    tx.run(
        _NEW_TICKET,
        id=ticket,
        site=tx.site,
        kiosk=request.kiosk,
        lease=lease,
        number=printed,
        day=day,
        code=tx.ids.secret(),
        service=request.service,
        attention=request.attention,
        language=request.language,
        people=request.people,
        aids=msgspec.json.encode(request.aids).decode(),
        issued_ms=at.line_ms,
        offset_ms=at.offset_ms,
        act=request.act,
        state="waiting",
    )
    return TakenHere(ticket, printed)


def burn(tx: Tx, ticket: str) -> bool:
    """Command: its first print begins now; False for one that was not made here."""
    tx.run(_BURNT, b_id=ticket)
    return bool(tx.run(_BURN, b_id=ticket, b_now=tx.now_ms))


def keep_rating(tx: Tx, request: KeepRating) -> None:
    """Command: keep a rating until the server can have it; the same act again changes nothing."""
    found = tx.row(_RATED, act=request.act)
    if found is not None and found.found:
        return
    tx.run(
        _NEW_RATING,
        act=request.act,
        site=tx.site,
        code=request.code,
        rate=msgspec.json.encode(request.rate).decode(),
        at_ms=request.at.line_ms,
        offset_ms=request.at.offset_ms,
        open=1,
    )


def settle(tx: Tx, request: Settle) -> int:
    """Command: note what the server said; how many things are settled by it."""
    settled = 0
    for name, said in request.results.items():
        refused = None if said in TAKEN else said
        state = "uploaded" if refused is None else "refused"
        settled += tx.run(_SETTLE_TICKET, b_id=name, b_state=state, b_refused=refused)
        settled += tx.run(_SETTLE_RATING, b_act=name, b_refused=refused)
    return settled


def _next(tx: Tx, request: TakeNumber, day: str) -> tuple[int, int, str]:
    """The lease, the count and the prefix of the next number, which is nobody else's from now on."""
    for row in tx.rows(_FREE, site=tx.site, kiosk=request.kiosk, service=request.service, day=day):
        for count in range(row.next, row.last + 1):
            # Two leases with the same number are the server's mistake; nobody pays for it here.
            if tx.row(_GIVEN, site=tx.site, day=day, number=number(row.prefix, count)) is None:
                tx.run(_ADVANCE, b_id=row.id, b_next=count + 1)
                return int(row.id), count, str(row.prefix)
        tx.run(_ADVANCE, b_id=row.id, b_next=row.last + 1)
    raise Refused("no-number-held", service=request.service)


def _after_the_last(tx: Tx, day: str, at: Moment) -> Moment:
    """That moment, but never before the day's last ticket: a clock set back does not change who was
    first.
    """
    last = tx.row(_LAST, site=tx.site, day=day)
    if last is None or last.issued_ms + last.offset_ms <= at.server_ms:
        return at
    return Moment(last.issued_ms + last.offset_ms - at.offset_ms, at.offset_ms)


def _forget(tx: Tx, today: str) -> None:
    day = date.fromisoformat(today)
    oldest, refused = day - timedelta(days=KEEP_DAYS), day - timedelta(days=REFUSED_DAYS)
    tx.run(_OLD_LEASES, b_day=oldest.isoformat())
    tx.run(_OLD_TICKETS, b_day=oldest.isoformat(), b_state="uploaded")
    tx.run(_OLD_TICKETS, b_day=refused.isoformat(), b_state="refused")
    begins = datetime(oldest.year, oldest.month, oldest.day, tzinfo=UTC)
    tx.run(_OLD_RATINGS, b_at=int(begins.timestamp()) * 1000)
