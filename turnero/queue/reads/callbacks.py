"""Callbacks as screens and the dialler see them. No number is ever here: only its last digits."""

from typing import Final, NamedTuple

from sqlalchemy import Text, and_, bindparam, func, literal_column, or_, select

from turnero.queue import callback_rows as kept
from turnero.queue.call_settings import CallSettings
from turnero.queue.callback_tables import callback, dialling, leg
from turnero.queue.callbacks import Stage
from turnero.queue.desk_phones import PAUSE
from turnero.queue.tables import CLOSED, alarm, desk, desk_session, note, service, ticket
from turnero.store.sql import Query, Statement
from turnero.store.tables import timer

_WORK: Final = (Stage.RESERVED, Stage.DIALLING, Stage.CONFIRMING, Stage.JOINING)
_AT_DESK = Statement(
    select(
        callback.c.id, callback.c.site, callback.c.stage, callback.c.phone, callback.c.ticket
    ).where(
        callback.c.ended_ms.is_(None),
        or_(*(callback.c.stage == literal_column(f"'{stage}'", Text) for stage in _WORK)),
    )
)
_LEGS = Statement(
    select(
        leg.c.id,
        leg.c.site,
        leg.c.callback,
        leg.c.side,
        leg.c.stage,
        leg.c.wanted,
        leg.c.extension,
        leg.c.joined_ms,
        leg.c.at_ms,
        leg.c.until_ms,
        callback.c.phone,
        callback.c.stage.label("of_stage"),
        callback.c.end,
        ticket.c.id.label("ticket"),
        ticket.c.language,
        callback.c.how,
    )
    .select_from(
        leg.join(callback, callback.c.id == leg.c.callback).join(
            ticket, ticket.c.id == callback.c.ticket
        )
    )
    .where(leg.c.ended_ms.is_(None))
    .order_by(leg.c.at_ms, leg.c.id)
)
_DIALLING = Statement(select(*dialling.c).where(dialling.c.id == 1))
_DOUBTED = Statement(
    select(timer.c.due_ms.label("until_ms"), desk_session.c.agent)
    .select_from(
        desk.join(
            desk_session, and_(desk_session.c.desk == desk.c.id, desk_session.c.state != CLOSED)
        )
        .outerjoin(
            timer,
            and_(
                timer.c.site == desk.c.site,
                timer.c.kind == literal_column(f"'{PAUSE}'", Text),
                timer.c.key == desk.c.ref,
                timer.c.body == desk.c.phone,
            ),
        )
        .outerjoin(
            alarm,
            and_(
                alarm.c.site == desk.c.site,
                alarm.c.kind == literal_column(f"'{PAUSE}'", Text),
                alarm.c.subject == desk.c.ref,
                alarm.c.ended_ms.is_(None),
            ),
        )
    )
    .where(
        desk.c.ref == bindparam("ref"),
        desk.c.phone.is_not(None),
        or_(timer.c.key.is_not(None), alarm.c.id.is_not(None)),
    )
)
_LAST_LEGS = Statement(
    select(leg.c.side, leg.c.stage, leg.c.outcome, leg.c.up_ms, leg.c.at_ms, leg.c.attempt)
    .where(leg.c.callback == bindparam("callback"))
    .order_by(leg.c.at_ms.desc())
    .limit(4)
)
_NOTE = Statement(
    select(note.c.text)
    .where(note.c.ticket == bindparam("ticket"), note.c.what == "callback-asked")
    .order_by(note.c.seq.desc())
    .limit(1)
)
_NOTES = Statement(
    select(note.c.text)
    .where(note.c.ticket == bindparam("ticket"), note.c.what == "callback-noted")
    .order_by(note.c.seq)
)
_OPEN = Statement(
    select(
        callback.c.id,
        callback.c.ticket,
        callback.c.stage,
        callback.c.tail,
        callback.c.attempts,
        callback.c.due_ms,
        callback.c.asked_ms,
        callback.c.how,
        ticket.c.number,
        service.c.key.label("service"),
        desk.c.ref.label("desk"),
        desk.c.name.label("desk_name"),
    )
    .select_from(
        callback.join(ticket, ticket.c.id == callback.c.ticket)
        .join(service, service.c.id == callback.c.service)
        .outerjoin(desk, desk.c.id == ticket.c.desk)
    )
    .where(callback.c.site == bindparam("site"), callback.c.ended_ms.is_(None))
    .order_by(callback.c.asked_ms)
    .limit(bindparam("limit"))
)
_ASKED = Statement(
    select(callback.c.id)
    .select_from(callback.join(service, service.c.id == callback.c.service))
    .where(
        callback.c.site == bindparam("site"),
        callback.c.number_index == bindparam("index"),
        callback.c.ended_ms.is_(None),
        callback.c.campaign.is_(None),
        service.c.key == bindparam("service"),
    )
)
_OFFERING = Statement(
    select(service.c.key)
    .where(
        service.c.site == bindparam("site"),
        service.c.active == 1,
        service.c.callbacks.is_not(None),
    )
    .order_by(service.c.sort, service.c.id)
)
_COUNT = Statement(
    select(callback.c.stage, func.count().label("n"))
    .where(callback.c.site == bindparam("site"), callback.c.ended_ms.is_(None))
    .group_by(callback.c.stage)
)


class Wanting(NamedTuple):
    """A callback at a desk that wants something done."""

    id: str
    site: int
    stage: str
    phone: int
    ticket: str


class OpenLeg(NamedTuple):
    """A leg that is not over, as far as we know."""

    id: str
    site: int
    callback: str
    #: desk | patient
    side: str
    #: of callbacks.LegStage
    stage: str
    #: 0: to be hung up
    wanted: int
    extension: str | None
    joined_ms: int | None
    at_ms: int
    #: line clock: when it must be over, or up
    until_ms: int
    phone: int
    #: of callbacks.Stage
    of_stage: str
    #: how its callback ended, if it did
    end: str | None
    ticket: str
    language: str
    #: how its callback came about
    how: str


class Dialling(NamedTuple):
    """Who dials, and whether calls can be placed."""

    holder: str
    until_ms: int
    epoch: int
    open: bool
    why: str
    faults: int


class Work(NamedTuple):
    """All that the dialler acts on."""

    callbacks: list[Wanting]
    legs: list[OpenLeg]


class Doubted(NamedTuple):
    """A desk at work whose telephone was not picked up."""

    #: until when callbacks go to other desks, UTC; None: they come to it again
    until_ms: int | None
    #: who works there; None: nobody by name
    agent: str | None


class LegSeen(NamedTuple):
    """A leg as a desk sees it."""

    side: str
    stage: str
    outcome: str | None
    up_ms: int | None
    at_ms: int
    attempt: int


class AtDesk(NamedTuple):
    """A callback as the desk that has it sees it."""

    id: str
    stage: str
    #: the last digits of its number
    tail: str
    relation: str
    may_tell: bool
    #: used up, and how many there are
    attempts: int
    most: int
    asked_ms: int
    how: str
    #: in somebody's words
    reason: str | None
    #: what agents noted, the oldest first
    notes: list[str]
    #: newest first
    legs: list[LegSeen]
    campaign: int | None


class OpenCallback(NamedTuple):
    """A callback in a site's list."""

    id: str
    ticket: str
    stage: str
    tail: str
    attempts: int
    due_ms: int | None
    asked_ms: int
    how: str
    number: str
    service: str
    desk: str | None
    desk_name: str | None


def work(q: Query) -> Work:
    """What is to be rung, asked, joined and hung up, of every site."""
    # Sorted here: to have them in order SQLite would read every callback there ever was.
    at_desk = sorted((Wanting(*row) for row in q.rows(_AT_DESK)), key=lambda one: one[0])
    return Work(at_desk, [OpenLeg(*row) for row in q.rows(_LEGS)])


def dialling_now(q: Query) -> Dialling | None:
    """None: nobody ever dialled here."""
    row = q.row(_DIALLING)
    if row is None:
        return None
    return Dialling(row.holder, row.until_ms, row.epoch, bool(row.open), row.why, row.faults)


def doubted(q: Query, ref: str) -> Doubted | None:
    """Whether a desk's telephone was not picked up lately; None: all is well, or nobody is there."""
    row = q.row(_DOUBTED, ref=ref)
    return None if row is None else Doubted(*row)


def of_ticket(q: Query, ticket_id: str) -> AtDesk | None:
    """The open callback of a ticket, as a desk sees it."""
    found = kept.of_ticket(q, ticket_id)
    if found is None:
        return None
    said = q.row(_NOTE, ticket=ticket_id)
    return AtDesk(
        id=found.id,
        stage=found.stage,
        tail=found.tail,
        relation=found.relation,
        may_tell=bool(found.may_tell),
        attempts=found.attempts,
        most=found.settings.attempts,
        asked_ms=found.asked_ms,
        how=found.how,
        reason=None if said is None else said.text,
        notes=[row.text for row in q.rows(_NOTES, ticket=ticket_id)],
        legs=[LegSeen(*row) for row in q.rows(_LAST_LEGS, callback=found.id)],
        campaign=found.campaign,
    )


def open_of_site(q: Query, site: int, limit: int = 200) -> list[OpenCallback]:
    """Those that are not over, the oldest first."""
    return [OpenCallback(*row) for row in q.rows(_OPEN, site=site, limit=limit)]


def asked(q: Query, site: int, index: str, service_key: str) -> str | None:
    """The open callback that was asked for with a number, by its blind index, at a service. A
    campaign's is none: it gives way to whoever asks.
    """
    row = q.row(_ASKED, site=site, index=index, service=service_key)
    return None if row is None else str(row.id)


def offering(q: Query, site: int) -> list[str]:
    """Keys of the services that offer callbacks."""
    return [row.key for row in q.rows(_OFFERING, site=site)]


def counts(q: Query, site: int) -> dict[str, int]:
    """How many are open in each stage."""
    return {row.stage: row.n for row in q.rows(_COUNT, site=site)}


def settings_of(q: Query, ticket_id: str) -> CallSettings | None:
    """The settings that hold for a ticket's open callback."""
    found = kept.of_ticket(q, ticket_id)
    return None if found is None else found.settings
