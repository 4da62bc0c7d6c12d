"""Reading a ticket for a move and writing it back: the one place where ticket rows change.

A move is a pure change of a `Ticket`; `save` writes it, checks that nobody else did
meanwhile, keeps the counts of the lines that it left or joined exact, since when a desk is free, and
what is due of a ticket that is aside.
"""

from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, insert, select, update

from turnero.queue import aside, callback_rows, refusals
from turnero.queue.ranks import CALLBACK, WALK_IN, Rank
from turnero.queue.states import ASIDE, State
from turnero.queue.tables import attention, desk, desk_session, line, note, service, site, ticket
from turnero.store.sql import Statement
from turnero.store.tx import Tx


class Ticket(NamedTuple):
    """What moves can change of a ticket's row, then what they only read. See tables.py."""

    service: int
    attention: int
    people: int
    line: int
    state: str
    rank_ms: int
    rank_seq: int
    entered_ms: int
    desk: int | None
    session: int | None
    called_ms: int | None
    last_call_ms: int | None
    call_seq: int | None
    recalls: int
    counted: int
    counted_ms: int | None
    started_ms: int | None
    ended_ms: int | None
    returned: int
    outcome: str | None
    why: str | None
    away_until_ms: int | None
    path: str | None
    step: int
    waited_ms: int
    press: int | None
    version: int
    id: str
    site: int
    number: str
    issued_ms: int
    # Read with it, from the rows that it names.
    service_key: str
    attention_key: str
    desk_ref: str | None
    outcomes: int
    all_day: int
    settings: str
    closed_ms: int
    #: of its line
    origin: str
    #: whose session holds it; None: a desk's own, or none
    agent: str | None

    @property
    def rank(self) -> Rank:
        """Its place in line."""
        return Rank(self.rank_ms, self.rank_seq)

    def uncalled(self) -> "Ticket":
        """The same ticket with nothing left of its last call."""
        return self._replace(
            desk=None,
            session=None,
            called_ms=None,
            last_call_ms=None,
            call_seq=None,
            recalls=0,
            counted=0,
            counted_ms=None,
            started_ms=None,
            ended_ms=None,
            outcome=None,
            why=None,
            away_until_ms=None,
        )


#: the columns that moves change: what an undo puts back
CHANGING = Ticket._fields[: Ticket._fields.index("version")]
_OWN = Ticket._fields[: Ticket._fields.index("service_key")]

_LOAD = Statement(
    select(
        *(ticket.c[name] for name in _OWN),
        service.c.key,
        attention.c.key.label("attention_key"),
        desk.c.ref,
        service.c.outcomes,
        service.c.all_day,
        site.c.settings,
        site.c.closed_ms,
        line.c.origin,
        desk_session.c.agent,
    )
    .select_from(
        ticket.join(service, service.c.id == ticket.c.service)
        .join(attention, attention.c.id == ticket.c.attention)
        .join(line, line.c.id == ticket.c.line)
        .join(site, site.c.no == ticket.c.site)
        .outerjoin(desk, desk.c.id == ticket.c.desk)
        .outerjoin(desk_session, desk_session.c.id == ticket.c.session)
    )
    # By id alone: given the site too, PostgreSQL may take an index that begins with it.
    .where(ticket.c.id == bindparam("id"))
)
_SAVE = Statement(
    update(ticket)
    .where(ticket.c.id == bindparam("b_id"), ticket.c.version == bindparam("b_version"))
    .values(
        {ticket.c[name]: bindparam(f"b_new_{name}") for name in CHANGING}
        | {ticket.c.version: ticket.c.version + 1}
    )
)
_LEAVE = Statement(
    update(line)
    .where(line.c.id == bindparam("b_id"))
    .values(count=line.c.count - 1, people=line.c.people - bindparam("b_people"))
)
_LEAVE_CALLED = Statement(
    update(line)
    .where(line.c.id == bindparam("b_id"))
    .values(
        count=line.c.count - 1,
        people=line.c.people - bindparam("b_people"),
        last_wait_ms=bindparam("b_wait"),
        last_call_ms=bindparam("b_now"),
        last_people=bindparam("b_people"),
        pace_ms=func.coalesce(bindparam("b_pace"), line.c.pace_ms),
    )
)
JOIN = Statement(
    update(line)
    .where(line.c.id == bindparam("b_id"))
    .values(count=line.c.count + 1, people=line.c.people + bindparam("b_people"))
)
_LINE = Statement(
    select(line.c.id).where(
        line.c.service == bindparam("service"),
        line.c.attention == bindparam("attention"),
        line.c.origin == bindparam("origin"),
        line.c.desk == bindparam("desk"),
    )
)
_NEW_LINE = Statement(
    insert(line)
    .values(
        {
            line.c[name]: bindparam(name)
            for name in ("site", "service", "attention", "origin", "desk")
        }
        | {line.c.count: 0, line.c.people: 0, line.c.passed: 0}
    )
    .returning(line.c.id)
)


_FREE = Statement(
    update(desk_session)
    .where(desk_session.c.id == bindparam("b_id"))
    .values(free_ms=bindparam("b_now"))
)
_NOTE = Statement(insert(note))
_MOVE_NOTES = Statement(
    update(note)
    .where(note.c.ticket == bindparam("b_before"), note.c.what == bindparam("b_what"))
    .values(ticket=bindparam("b_after"))
)
#: a ticket's first row; every other column is null until something happens to it
NEW_TICKET = Statement(
    insert(ticket),
    columns=[
        "id",
        "site",
        "day",
        "number",
        "code",
        "service",
        "origin_service",
        "attention",
        "line",
        "state",
        "channel",
        "language",
        "place",
        "aids",
        "people",
        "rank_ms",
        "rank_seq",
        "issued_ms",
        "entered_ms",
        "recalls",
        "counted",
        "returned",
        "path",
        "step",
        "waited_ms",
        "version",
        "promised_low_s",
        "promised_s",
        "promised_high_s",
    ],
)


class Figures(NamedTuple):
    """What a call in turn teaches about its line; see waits.py."""

    wait_ms: int
    pace_ms: int | None


def load(tx: Tx, ticket_id: str, at: str | None = None) -> Ticket:
    """The ticket, of this site. With `at`, only if it is not at another desk."""
    row = tx.row(_LOAD, id=ticket_id)
    found = None if row is None else Ticket(*row)
    if found is None or found.site != tx.site:
        raise refusals.unknown("ticket-unknown")
    if at is not None and found.session is not None and found.desk_ref != at:
        raise refusals.refused("ticket-not-here", number=found.number, desk=found.desk_ref or "")
    return found


def save(tx: Tx, old: Ticket, new: Ticket, called: Figures | None = None) -> None:
    """Write a changed ticket, and the counts of the lines that it left and joined.

    `called` are the figures of a call in turn, for the line that it left.
    """
    changes: dict[str, Any] = {f"b_new_{name}": getattr(new, name) for name in CHANGING}
    if tx.run(_SAVE, b_id=old.id, b_version=old.version, **changes) != 1:
        raise AssertionError(f"{old.number} changed under a command that holds its site")
    leaves, joins = old.state == State.WAITING, new.state == State.WAITING
    if leaves and called is not None:
        tx.run(
            _LEAVE_CALLED,
            b_id=old.line,
            b_people=old.people,
            b_wait=called.wait_ms,
            b_now=tx.line_ms,
            b_pace=called.pace_ms,
        )
    elif leaves:
        tx.run(_LEAVE, b_id=old.line, b_people=old.people)
    if joins:
        tx.run(JOIN, b_id=new.line, b_people=new.people)
    if old.session is not None and new.session != old.session:
        tx.run(_FREE, b_id=old.session, b_now=tx.line_ms)
    if old.state != new.state:
        if old.state in ASIDE:
            aside.left(tx, old)
        if new.state in ASIDE:
            aside.entered(tx, new)
    if old.origin == CALLBACK and (old.state, old.service) != (new.state, new.service):
        callback_rows.follow(tx, old.state, new.state, old.id, new.service)


def write_note(tx: Tx, seq: int, what: str, words: str, ticket_id: str | None = None) -> None:
    """Keep words that belong to the fact of that number and tag; they may be personal."""
    tx.run(_NOTE, site=tx.site, seq=seq, what=what, ticket=ticket_id, text=words, at_ms=tx.line_ms)


def move_notes(tx: Tx, what: str, before: str, after: str) -> None:
    """Words beside facts of that tag go on with a ticket that takes the other's place."""
    tx.run(_MOVE_NOTES, b_what=what, b_before=before, b_after=after)


def new_line(
    tx: Tx, service_id: int, attention_id: int, desk_id: int = 0, origin: str = WALK_IN
) -> int:
    """A new line, empty; its id."""
    (made,) = tx.rows(
        _NEW_LINE,
        site=tx.site,
        service=service_id,
        attention=attention_id,
        origin=origin,
        desk=desk_id,
    )
    return int(made.id)


def line_of(
    tx: Tx, service_id: int, attention_id: int, desk_id: int = 0, origin: str = WALK_IN
) -> int:
    """The line of that service and class (and of that desk only), made if it is the first time."""
    row = tx.row(_LINE, service=service_id, attention=attention_id, origin=origin, desk=desk_id)
    return int(row.id) if row else new_line(tx, service_id, attention_id, desk_id, origin)
