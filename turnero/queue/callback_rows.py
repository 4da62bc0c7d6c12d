"""Reading and writing callbacks and their legs, and how a callback follows its ticket.

`follow` is called by rows.save, the one place where tickets change: no move and no undo can
leave a telephone ringing for a ticket that is not at a desk any more.
"""

from typing import Any, Final, NamedTuple

from sqlalchemy import (
    Text,
    and_,
    bindparam,
    case,
    func,
    insert,
    literal_column,
    or_,
    select,
    update,
)

from turnero.queue import refusals
from turnero.queue.call_facts import CallbackEnded, CallbackReopened
from turnero.queue.call_hours import call_hours
from turnero.queue.call_settings import CallSettings, call_settings
from turnero.queue.callback_tables import callback, leg
from turnero.queue.callbacks import BEFORE_TALK, FOLLOWS, Stage, Window, Wish
from turnero.queue.states import State
from turnero.queue.tables import service, site, ticket
from turnero.store.sql import Query, Statement
from turnero.store.tx import Tx

#: timers; their key is the callback
RING_AGAIN: Final = "callback-due"
HOURS_END: Final = "callback-hours"
ASK: Final = "callback-ask"
CARRY: Final = "callback-carry"
_TIMERS: Final = (RING_AGAIN, HOURS_END, ASK, CARRY)
#: stages in which it is to be rung at an hour, and the timer of that
LATER: Final = {Stage.RETRY: RING_AGAIN, Stage.TOMORROW: CARRY}
#: a patient's leg that may still say how it went, milliseconds
RATING_MS: Final = 60_000

#: `how` of one whose patient stays on the line; and of one that was to be rung, and is again should
#: they hang up
HOLD: Final = "hold"
TAKEN: Final = "taken"
ON_THE_LINE: Final = frozenset({HOLD, TAKEN})

_OVER: Final = frozenset({State.FINISHED, State.NO_SHOW, State.CANCELLED, State.NOT_SERVED})
_ENDS: Final = {
    State.FINISHED: "done",
    State.NO_SHOW: "unreachable",
    State.CANCELLED: "cancelled",
    State.NOT_SERVED: "expired",
}


class Callback(NamedTuple):
    """A callback's row; then what is read with it."""

    ticket: str
    service: int
    from_minute: int | None
    to_minute: int | None
    left_over: str | None
    stage: str
    attempts: int
    faults: int
    due_ms: int | None
    end: str | None
    ended_ms: int | None
    how: str
    version: int
    id: str
    site: int
    phone: int
    number_index: str
    tail: str
    relation: str
    may_tell: int
    asked_ms: int
    campaign: int | None
    # Read with it.
    service_key: str
    number: str
    zone: str
    of_site: str
    of_service: str | None
    all_day: int
    holidays: int

    @property
    def settings(self) -> CallSettings:
        """Those of its service."""
        return call_settings(self.of_site, self.of_service)

    @property
    def wish(self) -> Wish:
        """The hours that they prefer."""
        return Wish(self.from_minute, self.to_minute)


_CHANGING = Callback._fields[: Callback._fields.index("version")]
_OWN = Callback._fields[: Callback._fields.index("service_key")]
_READ = select(
    *(callback.c[name] for name in _OWN),
    service.c.key,
    ticket.c.number,
    site.c.zone,
    site.c.callbacks,
    service.c.callbacks.label("of_service"),
    service.c.all_day,
    service.c.holidays,
).select_from(
    callback.join(service, service.c.id == callback.c.service)
    .join(site, site.c.no == callback.c.site)
    .join(ticket, ticket.c.id == callback.c.ticket)
)
_OPEN = Statement(
    _READ.where(callback.c.ticket == bindparam("ticket"), callback.c.ended_ms.is_(None))
)
_LAST = Statement(
    _READ.where(callback.c.ticket == bindparam("ticket"))
    .order_by(callback.c.ended_ms.desc())
    .limit(1)
)
_BY_ID = Statement(_READ.where(callback.c.id == bindparam("id")))
#: the open callback of a number for a service
SAME = Statement(
    select(
        callback.c.id,
        callback.c.ticket,
        callback.c.stage,
        callback.c.how,
        callback.c.campaign,
        ticket.c.number,
    )
    .select_from(callback.join(ticket, ticket.c.id == callback.c.ticket))
    .where(
        callback.c.site == bindparam("site"),
        callback.c.number_index == bindparam("index"),
        callback.c.service == bindparam("service"),
        callback.c.ended_ms.is_(None),
    )
)
_SAVE = Statement(
    update(callback)
    .where(callback.c.id == bindparam("b_id"), callback.c.version == bindparam("b_version"))
    .values(
        {callback.c[name]: bindparam(f"b_new_{name}") for name in _CHANGING}
        | {callback.c.version: callback.c.version + 1}
    )
)
#: those that are to be rung at an hour
_LATER = Statement(
    _READ.where(
        callback.c.site == bindparam("site"),
        or_(*(callback.c.stage == literal_column(f"'{stage}'", Text) for stage in LATER)),
        callback.c.ended_ms.is_(None),
        callback.c.due_ms.is_not(None),
    )
)
_RUNG = Statement(
    select(
        *(
            func.coalesce(func.sum(case((which, 1), else_=0)), 0).label(name)
            for name, which in (
                ("dialled", leg.c.attempt > 0),
                ("answered", and_(leg.c.attempt > 0, leg.c.up_ms.is_not(None))),
            )
        ),
        func.max(leg.c.joined_ms).label("joined_ms"),
    ).where(leg.c.callback == bindparam("callback"), leg.c.side == "patient")
)
_OPEN_PATIENT = Statement(
    select(leg.c.wanted).where(
        leg.c.callback == bindparam("callback"),
        leg.c.side == "patient",
        leg.c.ended_ms.is_(None),
    )
)
_LEGS = (leg.c.callback == bindparam("b_callback"), leg.c.ended_ms.is_(None))
_UNWANTED = Statement(update(leg).where(*_LEGS).values(wanted=0))
_UNWANTED_DESK = Statement(update(leg).where(*_LEGS, leg.c.side == "desk").values(wanted=0))
_LAST_WORDS = Statement(
    update(leg).where(*_LEGS, leg.c.side == "patient").values(until_ms=bindparam("b_until"))
)
_UNPROMISED = Statement(
    update(ticket)
    .where(ticket.c.id == bindparam("b_ticket"))
    .values(promised_low_s=None, promised_s=None, promised_high_s=None)
)
#: a callback's first row; every other column is null until something happens to it
NEW = Statement(
    insert(callback),
    columns=[
        *("id", "site", "ticket", "service", "phone", "number_index", "tail", "relation"),
        *("may_tell", "name", "how", "source", "asked_ms", "from_minute", "to_minute"),
        *("stage", "attempts", "faults", "due_ms", "campaign", "version"),
    ],
)


def of_ticket(q: Query, ticket_id: str) -> Callback | None:
    """The open callback that a ticket is the place of; None where there is none."""
    row = q.row(_OPEN, ticket=ticket_id)
    return None if row is None else Callback(*row)


def newest(q: Query, ticket_id: str) -> Callback | None:
    """The same, or else the last one that ended there."""
    row = q.row(_LAST, ticket=ticket_id)
    return of_ticket(q, ticket_id) or (None if row is None else Callback(*row))


def by_id(q: Query, callback_id: str) -> Callback | None:
    """A callback, open or ended, of any site."""
    row = q.row(_BY_ID, id=callback_id)
    return None if row is None else Callback(*row)


def save(tx: Tx, old: Callback, new: Callback) -> Callback:
    """Write a changed callback, only if nobody else changed it; as it is now."""
    changes: dict[str, Any] = {f"b_new_{name}": getattr(new, name) for name in _CHANGING}
    if tx.run(_SAVE, b_id=old.id, b_version=old.version, **changes) != 1:
        raise AssertionError(f"callback {old.id} changed under a command that holds its site")
    return new._replace(version=old.version + 1)


def hours_of(q: Query, found: Callback, at_ms: int) -> Window | None:
    """When its patient may be rung: the window that is open at that moment, UTC, or the next one."""
    of = (found.site, found.settings, found.wish, at_ms, found.zone)
    every_day = bool(found.all_day or found.holidays)
    return call_hours(q, *of, survey=found.campaign is not None, every_day=every_day)


def follow(tx: Tx, old_state: str, new_state: str, ticket_id: str, service_id: int) -> None:
    """The ticket came into another state, and perhaps to another service, by whatever move or undo."""
    found = of_ticket(tx, ticket_id)
    if found is None:
        if old_state in _OVER and new_state not in _OVER:
            _reopen(tx, ticket_id, State(new_state))
        return
    found = _goes(tx, found, service_id)
    if new_state == old_state:
        return
    if new_state in _OVER:
        _over(tx, found, State(new_state))
        return
    stage = FOLLOWS[State(new_state)]
    if stage is Stage.TALKING:
        if found.stage != Stage.JOINING:
            # The agent speaks with them by other means: no telephone rings any more.
            clear(tx, found)
            save(tx, found, found._replace(stage=stage))
        return
    if found.stage == stage:
        return
    there: Any = tx.row(_OPEN_PATIENT, callback=found.id)
    keeps = found.how in ON_THE_LINE and new_state in (State.WAITING, State.CALLED)
    stays = keeps and there is not None and bool(there.wanted)
    clear(tx, found, but_patient=stays)
    due_ms = found.due_ms if new_state == State.RETRY else None
    # Who was on the line and is not any more is rung like everybody.
    how = "phone" if found.how in ON_THE_LINE and not stays else found.how
    new = found._replace(stage=stage, due_ms=due_ms, how=how)
    save(tx, found, new)
    entered(tx, new, new_state)


def _goes(tx: Tx, found: Callback, service_id: int) -> Callback:
    """It goes with its ticket to another service, unless its number has a callback there."""
    same = {"site": tx.site, "index": found.number_index, "service": service_id}
    if service_id == found.service or tx.row(SAME, **same) is not None:
        return found
    save(tx, found, found._replace(service=service_id))
    return of_ticket(tx, found.ticket) or found


def entered(tx: Tx, found: Callback, state: str) -> None:
    """What is due of a callback that came into that state of its ticket."""
    if state == State.RETRY:
        # They are told an hour, which takes the place of the wait that was promised.
        tx.run(_UNPROMISED, b_ticket=found.ticket)
        tx.timer(RING_AGAIN, found.id, max(tx.now_ms, found.due_ms or tx.now_ms))
    elif state == State.WAITING and found.how not in ON_THE_LINE:
        open_now = hours_of(tx, found, tx.now_ms)
        if open_now is None or open_now.from_ms > tx.now_ms:
            tx.timer(HOURS_END, found.id, tx.now_ms)
            return
        tx.timer(HOURS_END, found.id, open_now.until_ms)
        ask_ms = open_now.until_ms - found.settings.ask_minutes * 60_000
        if found.settings.ask_minutes and ask_ms > tx.now_ms:
            tx.timer(ASK, found.id, ask_ms)


def clock_set(tx: Tx, by_ms: int) -> None:
    """The wall clock was set: a pause lasts as long as it was to, an hour is the new clock's."""
    for row in tx.rows(_LATER, site=tx.site):
        found = Callback(*row)
        due_ms = found.due_ms or tx.now_ms
        hours = hours_of(tx, found, due_ms)
        if hours is not None and hours.from_ms == due_ms:
            now = hours_of(tx, found, tx.now_ms)
            due_ms = max(tx.now_ms, tx.now_ms if now is None else now.from_ms)
        else:
            due_ms += by_ms
        save(tx, found, found._replace(due_ms=due_ms))
        tx.timer(LATER[Stage(found.stage)], found.id, due_ms)


def clear(tx: Tx, found: Callback, *, but_patient: bool = False) -> None:
    """Nothing is due of it, and no telephone is wanted any more, but that of who stays on the line."""
    for kind in _TIMERS:
        tx.untimer(kind, found.id)
    tx.run(_UNWANTED_DESK if but_patient else _UNWANTED, b_callback=found.id)


def end(tx: Tx, found: Callback, how: str) -> None:
    """It is over, as one of callbacks.ENDS. Who was served may still say how it went."""
    if how == "done" and found.stage not in BEFORE_TALK:
        for kind in _TIMERS:
            tx.untimer(kind, found.id)
        tx.run(_UNWANTED_DESK, b_callback=found.id)
        tx.run(_LAST_WORDS, b_callback=found.id, b_until=tx.line_ms + RATING_MS)
    else:
        clear(tx, found)
    save(tx, found, found._replace(stage=Stage.ENDED, end=how, ended_ms=tx.now_ms))
    rung: Any = tx.row(_RUNG, callback=found.id)
    tx.append(
        CallbackEnded(
            callback=found.id,
            ticket=found.ticket,
            number=found.number,
            service=found.service_key,
            how=how,
            attempts=found.attempts,
            dialled=bool(rung.dialled),
            answered=bool(rung.answered),
            joined=rung.joined_ms is not None,
            waited_ms=None if rung.joined_ms is None else max(0, rung.joined_ms - found.asked_ms),
        )
    )


def _over(tx: Tx, found: Callback, state: State) -> None:
    goes_on = (found.left_over or found.settings.left_over) == "tomorrow"
    # Who stayed on the line and shows no number cannot be rung.
    if state is State.NOT_SERVED and goes_on and found.phone:
        # Not before the hour that they were told, if they were.
        at_ms = max(tx.now_ms, found.due_ms or 0)
        hours = hours_of(tx, found, at_ms)
        if hours is not None:
            # The day is over, not the callback: it goes on under a number of another day.
            clear(tx, found)
            due_ms = max(at_ms, hours.from_ms)
            how = "phone" if found.how in ON_THE_LINE else found.how
            save(tx, found, found._replace(stage=Stage.TOMORROW, due_ms=due_ms, how=how))
            tx.timer(CARRY, found.id, due_ms)
            return
    end(tx, found, _ENDS[state])


def _reopen(tx: Tx, ticket_id: str, state: State) -> None:
    """An undo took the end of its ticket back."""
    row = tx.row(_LAST, ticket=ticket_id)
    if row is None:
        return
    found = Callback(*row)
    spoke = state is State.SERVING
    if not found.number_index or not (spoke or found.phone):
        # It was erased since, or never shown by who was on the line: nobody could be rung.
        raise refusals.unknown("phone-unknown")
    same = {"site": tx.site, "index": found.number_index, "service": found.service}
    other = tx.row(SAME, **same)
    if other is not None:
        # They have asked again since.
        raise refusals.refused("callback-already", number=other.number)
    stage = Stage.WRAP_UP if spoke else FOLLOWS[state]
    due_ms = found.due_ms if state is State.RETRY else None
    # Who was on the line was told that it is over: they are rung, like everybody.
    how = "phone" if found.how in ON_THE_LINE and not spoke else found.how
    new = found._replace(stage=stage, end=None, ended_ms=None, due_ms=due_ms, how=how)
    save(tx, found, new)
    tx.append(
        CallbackReopened(
            callback=found.id,
            ticket=found.ticket,
            number=found.number,
            service=found.service_key,
        )
    )
    entered(tx, new, state)
