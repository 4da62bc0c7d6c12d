"""Ask to be rung, stay on the line, change it, come in person.

A callback's place in the line is an ordinary ticket of origin "callback": routing, waits and
desks know nothing else. What is due of it by the hour is callback_hours.py, what happens at a desk
dialling.py.
"""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import bindparam, case, func, select

from turnero.queue import callback_rows as kept
from turnero.queue import leg_rows as legs
from turnero.queue import refusals, rows, text
from turnero.queue.call_facts import (
    CallbackAsked,
    CallbackChanged,
)
from turnero.queue.call_hours import call_hours
from turnero.queue.call_requests import (
    WITHHELD,
    AskCallback,
    Asked,
    ChangeCallback,
    HoldLine,
)
from turnero.queue.call_settings import CallSettings, call_settings
from turnero.queue.callback_tables import callback
from turnero.queue.callbacks import RELATIONS, WAITS, Stage, Wish
from turnero.queue.commands.issue import issue
from turnero.queue.commands.moves import give_up
from turnero.queue.commands.other_number import other_number
from turnero.queue.commands.people import keep_phone
from turnero.queue.facts import TicketReturned
from turnero.queue.ranks import CALLBACK, WALK_IN
from turnero.queue.requests import Issue, Moved, TicketMove
from turnero.queue.states import Move, State, after
from turnero.queue.tables import service, site
from turnero.store.sql import Statement
from turnero.store.tx import Tx
from turnero.store.vault import Sealed

_HOUR_MS: Final = 3_600_000
#: minutes of a day
_DAY: Final = 24 * 60
#: state of its ticket → the timer that looks at the hours anew; not served: it goes on tomorrow
_LOOKED_AT: Final[Mapping[str, str]] = {
    State.WAITING: kept.HOURS_END,
    State.RETRY: kept.RING_AGAIN,
    State.NOT_SERVED: kept.CARRY,
}

_SERVICE = Statement(
    select(
        service.c.id,
        service.c.key,
        service.c.callbacks,
        service.c.all_day,
        service.c.holidays,
        site.c.callbacks.label("of_site"),
        site.c.zone,
    )
    .select_from(service.join(site, site.c.no == service.c.site))
    .where(
        service.c.site == bindparam("site"),
        service.c.key == bindparam("key"),
        service.c.active == 1,
    )
)
_FROM_SOURCE = Statement(
    select(
        func.count().label("n"),
        func.coalesce(
            func.sum(case((callback.c.number_index == bindparam("index"), 1), else_=0)), 0
        ).label("of_number"),
    ).where(
        callback.c.site == bindparam("site"),
        callback.c.source == bindparam("source"),
        callback.c.asked_ms > bindparam("since"),
    )
)


def ask(tx: Tx, request: AskCallback) -> Asked:
    """Be rung instead of waiting here: the place in line is when it was asked for.

    A number has one callback for a service: who asks again is told of it, and nothing changes. But
    one that nobody of theirs asked for, a campaign's, gives way.
    With a ticket, whoever has it keeps its place and need not wait here; who asked with it before
    gives another number.
    """
    _allow_words(request)
    reason = text.reason(request.reason) if request.reason else None
    held = None if request.ticket is None else rows.load(tx, request.ticket)
    key = request.service if held is None else held.service_key
    about = tx.row(_SERVICE, site=tx.site, key=key)
    if about is None:
        raise refusals.unknown("service-unknown", service=key[:100])
    if about.callbacks is None:
        raise refusals.refused("callback-not-offered", service=key)
    same = tx.row(kept.SAME, site=tx.site, index=request.phone.index, service=about.id)
    if same is not None and not _gives_way(tx, same, request):
        return Asked(same.id, same.ticket, same.number, already=True)
    own = None if held is None else kept.of_ticket(tx, held.id)
    if own is not None:
        return other_number(tx, own, request)
    settings = call_settings(about.of_site, about.callbacks)
    _allow_source(tx, request, settings)
    wish = Wish(request.from_minute, request.to_minute)
    of = (tx.site, settings, wish, tx.now_ms, about.zone)
    every_day = bool(about.all_day or about.holidays)
    hours = call_hours(tx, *of, survey=request.campaign is not None, every_day=every_day)
    if hours is None:
        raise refusals.refused("callback-no-hours", service=key)
    phone = keep_phone(tx, request.phone) if request.phone.sealed else 0
    asked_ms = tx.now_ms
    if held is None:
        issued = issue(
            tx,
            Issue(
                service=key,
                attention=request.attention,
                language=request.language,
                channel=request.channel,
                place=request.place,
                aids=request.aids,
                origin=CALLBACK,
                due_ms=asked_ms,
            ),
        )
        held = rows.load(tx, issued.ticket)
        here = False
    else:
        asked_ms = held.issued_ms - tx.line_ms + tx.now_ms
        held = _by_phone(tx, held)
        here = True
    due_ms = hours.from_ms if hours.from_ms > tx.now_ms else None
    new_id = tx.ids.ticket(tx.now_ms)
    tx.run(
        kept.NEW,
        id=new_id,
        site=tx.site,
        ticket=held.id,
        service=about.id,
        phone=phone,
        number_index=request.phone.index,
        tail=request.phone.tail,
        relation=request.relation,
        may_tell=int(request.may_tell),
        name=request.name,
        how=request.channel if request.campaign is None else "campaign",
        source=request.source,
        asked_ms=asked_ms,
        from_minute=request.from_minute,
        to_minute=request.to_minute,
        stage=Stage.WAITING.value,
        attempts=0,
        faults=0,
        due_ms=due_ms,
        campaign=request.campaign,
        version=1,
    )
    seq = tx.append(
        CallbackAsked(
            callback=new_id,
            ticket=held.id,
            number=held.number,
            service=key,
            how=request.channel if request.campaign is None else "campaign",
            asked_ms=asked_ms,
            here=here,
            due_ms=due_ms,
        )
    )
    if reason is not None:
        rows.write_note(tx, seq, "callback-asked", reason, held.id)
    found = kept.by_id(tx, new_id)
    if found is None:
        raise AssertionError("a callback that was written is not there")
    if due_ms is None:
        kept.entered(tx, found, State.WAITING)
    else:
        rows.save(tx, held, held._replace(state=after(Move.RING_LATER, held.state, held.number)))
    return Asked(new_id, held.id, held.number)


def hold(tx: Tx, request: HoldLine) -> Asked:
    """Who rang us stays on the line: their place is a callback's whose patient's leg is up already.

    When it is called, the desk's telephone is rung and both are joined; nobody is asked to press 1.
    With a callback that is open for them, that one's place is theirs.
    """
    if request.callback is None:
        asked = ask(
            tx,
            AskCallback(
                phone=request.phone or nobody(request.leg),
                service=request.service,
                attention=request.attention,
                language=request.language,
                channel="phone",
            ),
        )
        if asked.already:
            raise refusals.refused("callback-already", number=asked.number)
        found = _open(tx, asked.callback)
    else:
        found = _open(tx, request.callback)
    held = rows.load(tx, found.ticket)
    if held.state not in (State.WAITING, State.RETRY):
        raise refusals.refused("callback-not-so")
    how = kept.HOLD if request.callback is None else kept.TAKEN
    legs.hold(tx, found, request.leg, how)
    if held.state == State.RETRY:
        # They are here now, whatever hours they prefer.
        tx.append(
            TicketReturned(
                ticket=held.id, number=held.number, service=held.service_key, was=held.state
            )
        )
        state = after(Move.RETURN, held.state, held.number)
        rows.save(tx, held, held.uncalled()._replace(state=state))
    return Asked(found.id, found.ticket, found.number)


def nobody(leg_id: str) -> Sealed:
    """The place of a number for who does not show one: nobody can ring it."""
    return Sealed(index=f"leg:{leg_id}", sealed=b"", key_id="", region="", sort="mobile", tail="")


def change(tx: Tx, request: ChangeCallback) -> Asked:
    """Other hours, or what becomes of it if today does not suffice. None: as it is."""
    found = _open(tx, request.callback)
    allow_hours(request.from_minute, request.to_minute)
    if request.left_over not in (None, "tomorrow", "drop"):
        raise refusals.invalid("callback-left-over", known="tomorrow, drop")
    new = found
    if request.hours:
        new = new._replace(from_minute=request.from_minute, to_minute=request.to_minute)
    if request.left_over is not None:
        new = new._replace(left_over=request.left_over)
    kept.save(tx, found, new)
    tx.append(
        CallbackChanged(
            callback=new.id,
            ticket=new.ticket,
            number=new.number,
            service=new.service_key,
            from_minute=new.from_minute,
            to_minute=new.to_minute,
            left_over=new.left_over,
        )
    )
    new = new._replace(version=found.version + 1)
    kind = _LOOKED_AT.get(rows.load(tx, new.ticket).state)
    if request.hours and kind is not None:
        # Looked at again at once: it may be due now, or not any more.
        hours = kept.hours_of(tx, new, tx.now_ms)
        if hours is not None and kind != kept.HOURS_END:
            kept.save(tx, new, new._replace(due_ms=max(hours.from_ms, tx.now_ms)))
        tx.timer(kind, new.id, tx.now_ms)
    return Asked(new.id, new.ticket, new.number)


def withdraw(tx: Tx, callback_id: str, how: str) -> None:
    """One whose turn has not come ends so, as one of callbacks.ENDS, and its ticket with it."""
    found = _open(tx, callback_id)
    kept.end(tx, found, how)
    if found.stage != Stage.TOMORROW:
        give_up(tx, rows.load(tx, found.ticket))


def cancel(tx: Tx, request: TicketMove) -> Moved:
    """They need no call any more."""
    held = rows.load(tx, request.ticket)
    found = kept.of_ticket(tx, held.id)
    if found is not None and found.stage == Stage.TOMORROW:
        # Its ticket's day is over already.
        kept.end(tx, found, "cancelled")
        return Moved(held.id, held.state)
    return give_up(tx, held)


def check_in(tx: Tx, request: TicketMove) -> Moved:
    """Who was to be rung, or is just now, came: they wait here, in the same place."""
    held = rows.load(tx, request.ticket)
    state = after(Move.CHECK_IN, held.state, held.number)
    found = kept.of_ticket(tx, held.id)
    if found is None:
        raise refusals.refused("callback-none", number=held.number)
    kept.end(tx, found, "merged")
    line = rows.line_of(tx, held.service, held.attention, 0, WALK_IN)
    if held.state != State.WAITING:
        tx.append(
            TicketReturned(
                ticket=held.id, number=held.number, service=held.service_key, was=held.state
            )
        )
    rows.save(tx, held, held.uncalled()._replace(state=state, line=line))
    return Moved(held.id, state)


def _gives_way(tx: Tx, same: Any, request: AskCallback) -> bool:
    """Whether the open one was a campaign's whose turn has not come: who asks for themselves does
    not wait behind everybody for it.
    """
    asked_for = same.campaign is None or same.how in kept.ON_THE_LINE
    if request.campaign is not None or asked_for or same.stage not in WAITS:
        return False
    withdraw(tx, same.id, "merged")
    return True


def _by_phone(tx: Tx, held: rows.Ticket) -> rows.Ticket:
    """Who waits here waits for the telephone instead, in the same place."""
    state = after(Move.BY_PHONE, held.state, held.number)
    if held.origin == CALLBACK:
        raise refusals.refused("callback-already", number=held.number)
    line = rows.line_of(tx, held.service, held.attention, 0, CALLBACK)
    rows.save(tx, held, held._replace(state=state, line=line, away_until_ms=None))
    return rows.load(tx, held.id)


def _open(tx: Tx, callback_id: str) -> kept.Callback:
    found = kept.by_id(tx, callback_id)
    if found is None or found.site != tx.site or found.ended_ms is not None:
        raise refusals.unknown("callback-unknown")
    return found


def _allow_words(request: AskCallback) -> None:
    if request.relation not in RELATIONS:
        raise refusals.invalid("callback-relation", known=", ".join(RELATIONS))
    allow_hours(request.from_minute, request.to_minute)


def allow_hours(from_minute: int | None, to_minute: int | None) -> None:
    """Refused where these are no hours of one day."""
    low, high = from_minute or 0, _DAY if to_minute is None else to_minute
    if not 0 <= low < high <= _DAY:
        raise refusals.invalid("callback-hours")


def _allow_source(tx: Tx, request: AskCallback, settings: CallSettings) -> None:
    """Not too many in an hour from one source.

    Of who shows no number the number that they type counts, and all of them together under a cap
    of their own: they are many, and one of them could have strangers rung.
    """
    if not request.source:
        return
    asked = {"source": request.source, "index": request.phone.index}
    found: Any = tx.row(_FROM_SOURCE, site=tx.site, since=tx.now_ms - _HOUR_MS, **asked)
    withheld = request.source == WITHHELD
    counted = found.of_number if withheld else found.n
    if counted >= settings.source_an_hour:
        raise refusals.refused("callback-too-many", most=settings.source_an_hour)
    if withheld and found.n >= settings.withheld_an_hour:
        raise refusals.refused("callback-too-many", most=settings.withheld_an_hour)
