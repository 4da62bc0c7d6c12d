"""The path of a ticket at its desks: on to the next step, a step left out, once more, or added.

A step that is over is a row of its own; the ticket goes on under the same number, with the place
of its first arrival unless the next service gives a new one. Where nobody attends the next step
now, whoever ends this one says what is to become of the person: nothing is lost by itself.
"""

from collections.abc import Callable
from itertools import takewhile
from typing import Final, NamedTuple

from sqlalchemy import bindparam, delete, insert

from turnero.queue import paths, refusals, rows
from turnero.queue.callback_rows import of_ticket
from turnero.queue.facts import PathChanged, TicketSentOn
from turnero.queue.places import allow_there, rings, service_row
from turnero.queue.presses import Press
from turnero.queue.ranks import CALLBACK, rank_at
from turnero.queue.requests import AddStep, Moved, SkipStep
from turnero.queue.rows import Ticket
from turnero.queue.seats import held_at
from turnero.queue.service_time import Span, span
from turnero.queue.states import AT_DESK, Move, State, after
from turnero.queue.stations import GONE, NO_DESK, PAUSED, SHUT, Station, ahead, station
from turnero.queue.tables import ticket_step
from turnero.store.errors import Refused
from turnero.store.facts import Fact
from turnero.store.sql import Statement
from turnero.store.tx import Tx

#: what whoever ends a step may say where nobody attends the next one: the person waits for it all
#: the same, leaves it out, or goes home
ONWARD: Final = ("wait", "skip", "end")

_OVER = Statement(
    insert(ticket_step),
    columns=[
        "ticket",
        "no",
        "site",
        "service",
        "entered_ms",
        "waited_ms",
        "called_ms",
        "started_ms",
        "ended_ms",
        "desk",
        "call_seq",
        "last_call_ms",
        "end",
    ],
)
_FORGET = Statement(
    delete(ticket_step).where(
        ticket_step.c.ticket == bindparam("b_ticket"), ticket_step.c.no >= bindparam("b_no")
    )
)


class Going(NamedTuple):
    """Where a ticket goes on to: steps that are left out before, and the next one, if any."""

    skipped: tuple[Station, ...]
    to: Station | None


def whither(tx: Tx, held: Ticket, onward: str | None) -> Going | None:
    """What follows the present step; None where no path goes on.

    Refused where nobody attends the next step now and `onward` does not say what to do.
    """
    if onward is not None and onward not in ONWARD:
        raise refusals.invalid("onward-unknown", onward=onward[:40], known=", ".join(ONWARD))
    left = paths.steps_of(held.path)
    if not left:
        return None
    if onward == "end" or _ends_by_phone(tx, held, left[0]):
        return Going(tuple(_station(tx, held, key) for key in left), None)
    found = ahead(tx, tx.site, left, held.attention, tx.now_ms)
    first, last = found[0], found[-1]
    if first.trouble is None or (onward == "wait" and first.trouble != GONE):
        return Going((), first)
    if onward == "skip":
        attended = last.trouble is None
        return Going(tuple(found[:-1] if attended else found), last if attended else None)
    raise _nobody_attends(held.number, first)


def _ends_by_phone(tx: Tx, held: Ticket, key: str) -> bool:
    """Who is on the telephone is at no desk: their way is over where the next service rings nobody.
    Who did not ask to be rung has none.
    """
    found = None if held.origin != CALLBACK else of_ticket(tx, held.id)
    if found is None:
        return False
    return found.campaign is not None or not rings(tx, _station(tx, held, key).id)


def _station(tx: Tx, held: Ticket, key: str) -> Station:
    return station(tx, tx.site, key, held.attention, tx.now_ms)


def _nobody_attends(number: str, step: Station) -> Refused:
    if step.trouble == PAUSED:
        return refusals.refused("step-paused", number=number, service=step.key)
    if step.trouble == SHUT:
        return refusals.refused("step-closed", number=number, service=step.key)
    if step.trouble == NO_DESK:
        return refusals.refused("step-no-desk", number=number, service=step.key)
    return refusals.refused("step-gone", number=number, service=step.key)


def straight_on(tx: Tx, held: Ticket) -> Going | None:
    """What follows the present step, attended or not; None where no path goes on."""
    left = [_station(tx, held, key) for key in paths.steps_of(held.path)]
    if left and _ends_by_phone(tx, held, left[0].key):
        return Going(tuple(left), None)
    gone = tuple(takewhile(lambda one: one.trouble == GONE, left))
    return Going(gone, left[len(gone)] if len(gone) < len(left) else None) if left else None


def go_on(
    tx: Tx, append: Callable[[Fact], int], held: Ticket, ended: Ticket, going: Going
) -> Ticket:
    """The ticket once its service ended: waiting for the next step, or as it `ended`."""
    left = paths.steps_of(held.path)
    new = ended
    if going.to is not None:
        new = over(tx, ended, "done")
    for one in going.skipped:
        left = left[1:]
        new = _skipped(tx, append, new, one, left)
    if going.to is None:
        return new._replace(path=paths.text_of(left))
    fact = TicketSentOn(
        ticket=held.id,
        number=held.number,
        origin=held.service_key,
        service=going.to.key,
        step=new.step + 1,
        left=left[1:],
    )
    return _sent(tx, append, new, going.to, fact)


def over(tx: Tx, ended: Ticket, end: str) -> Ticket:
    """The ticket with its present step behind it; `ended` has that step's figures."""
    called = ended.called_ms is not None
    ended_ms = tx.line_ms if ended.ended_ms is None else ended.ended_ms
    tx.run(
        _OVER,
        ticket=ended.id,
        no=ended.step,
        site=tx.site,
        service=ended.service,
        entered_ms=min(ended.entered_ms, ended_ms),
        waited_ms=ended.waited_ms,
        called_ms=ended.called_ms,
        started_ms=ended.started_ms,
        ended_ms=ended_ms,
        desk=ended.desk if called else None,
        call_seq=ended.call_seq,
        last_call_ms=ended.last_call_ms,
        end=end,
    )
    return ended._replace(step=ended.step + 1, waited_ms=0)


def in_line_ms(held: Ticket, now_ms: int) -> int:
    """How long it has waited since it joined the line in which it has its place."""
    in_line = held.state in (State.WAITING, State.AWAY)
    return max(0, now_ms - held.entered_ms) if in_line else 0


def left_now(held: Ticket, now_ms: int, service: Span | None = None) -> Ticket:
    """The ticket with the figures of a step that it leaves now: its wait, and its service if any."""
    waited_ms = held.waited_ms + in_line_ms(held, now_ms)
    if service is None:
        return held._replace(waited_ms=waited_ms)
    return held._replace(
        waited_ms=waited_ms, started_ms=service.started_ms, ended_ms=service.ended_ms
    )


def forget(tx: Tx, held: Ticket, step: int) -> None:
    """An undo: the steps from that one on are not over."""
    if held.step > step:
        tx.run(_FORGET, b_ticket=held.id, b_no=step)


def skip(tx: Tx, request: SkipStep) -> Moved:
    """Leave a step out: one that is to come, or the present one, which ends unserved."""
    held = held_at(tx, request.ticket, request.at)
    left = paths.steps_of(held.path)
    if request.step is not None and request.step != held.service_key:
        return _skip_later(tx, held, left, request.step)
    state = after(Move.SKIP, held.state, held.number)
    if not left:
        raise refusals.refused("path-over", number=held.number)
    to = _station(tx, held, left[0])
    if to.trouble == GONE:
        raise _nobody_attends(held.number, to)
    allow_there(tx, held.id, held.service, to.id, to.key)
    at_desk = held.state in AT_DESK
    service = span(held, tx.line_ms) if at_desk else None
    press = _press(tx, Move.SKIP, held)
    new = over(tx, left_now(held, tx.line_ms, service), "skipped")
    fact = TicketSentOn(
        ticket=held.id,
        number=held.number,
        origin=held.service_key,
        service=to.key,
        step=held.step + 2,
        left=left[1:],
        skipped=True,
        desk=held.desk_ref if at_desk else None,
        started_ms=service.started_ms if service else None,
        ended_ms=service.ended_ms if service else None,
        waited_ms=in_line_ms(held, tx.line_ms),
    )
    press.save(held, _sent(tx, press.append, new, to, fact))
    press.close()
    return Moved(held.id, state)


def add(tx: Tx, request: AddStep) -> Moved:
    """One step more: another service, one that was done already, or the present one again."""
    held = held_at(tx, request.ticket, request.at)
    state = after(Move.REPLAN, held.state, held.number)
    key = request.step if request.step is not None else held.service_key
    service_row(tx, key)
    left = paths.steps_of(held.path)
    if key in left:
        raise refusals.refused("path-has-step", number=held.number, service=key)
    if len(left) >= paths.MOST:
        raise refusals.refused("path-full", number=held.number, most=paths.MOST)
    again = key == held.service_key
    left = (*left, key) if request.last else (key, *left)
    press = _press(tx, Move.REPLAN, held)
    press.append(_changed(held, "repeated" if again else "added", key, left))
    press.save(held, held._replace(path=paths.text_of(left)))
    press.close()
    return Moved(held.id, state)


def _press(tx: Tx, move: Move, held: Ticket) -> Press:
    """At the desk that holds it; of who is at none, wherever staff pressed it."""
    return Press(tx, move, held.desk if held.state in AT_DESK else None)


def _skip_later(tx: Tx, held: Ticket, left: tuple[str, ...], key: str) -> Moved:
    state = after(Move.REPLAN, held.state, held.number)
    if key not in left:
        raise refusals.refused("path-not-there", number=held.number, service=key[:100])
    at = left.index(key)
    left = (*left[:at], *left[at + 1 :])
    press = _press(tx, Move.REPLAN, held)
    one = _station(tx, held, key)
    new = _skipped(tx, press.append, held, one, left)
    press.save(held, new._replace(path=paths.text_of(left)))
    press.close()
    return Moved(held.id, state)


def _skipped(
    tx: Tx,
    append: Callable[[Fact], int],
    held: Ticket,
    one: Station,
    left: tuple[str, ...],
) -> Ticket:
    """The ticket with a later step left out, told and kept as such."""
    append(_changed(held, "skipped", one.key, left))
    if not one.id:
        return held
    tx.run(
        _OVER,
        ticket=held.id,
        no=held.step,
        site=tx.site,
        service=one.id,
        entered_ms=tx.line_ms,
        waited_ms=0,
        called_ms=None,
        started_ms=None,
        ended_ms=tx.line_ms,
        desk=None,
        call_seq=None,
        last_call_ms=None,
        end="skipped",
    )
    return held._replace(step=held.step + 1)


def _changed(held: Ticket, how: str, key: str, left: tuple[str, ...]) -> PathChanged:
    return PathChanged(
        ticket=held.id,
        number=held.number,
        service=held.service_key,
        how=how,
        step=key,
        left=left,
        desk=held.desk_ref if held.state in AT_DESK else None,
    )


def _sent(
    tx: Tx, append: Callable[[Fact], int], held: Ticket, to: Station, fact: TicketSentOn
) -> Ticket:
    """The ticket in the next step's line."""
    seq = append(fact)
    new = held.uncalled()._replace(
        state=State.WAITING,
        service=to.id,
        line=rows.line_of(tx, to.id, held.attention, origin=held.origin),
        entered_ms=tx.line_ms,
        path=paths.text_of(fact.left),
        # They may miss a call once at each step.
        returned=0,
    )
    return renewed(tx, new, seq) if to.anew else new


def renewed(tx: Tx, held: Ticket, seq: int) -> Ticket:
    """The ticket with the place of who comes now; `seq` is the fact's number."""
    rank = rank_at(tx.line_ms, seq)
    return held._replace(rank_ms=rank.ms, rank_seq=rank.seq)
