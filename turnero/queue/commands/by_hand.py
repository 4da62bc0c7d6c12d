"""Calls made by hand while the server was down, entered later: number, desk, from when to when.

The number is one that was waiting, or one of the paper kept for such hours. The ticket is
served from then on; nobody is called, nothing is announced.
"""

from typing import Any, Final

from turnero.queue import leased, refusals, rows
from turnero.queue.commands.paths import go_on, straight_on
from turnero.queue.commands.reports import report_again
from turnero.queue.facts import ServedByHand
from turnero.queue.leased import Brought
from turnero.queue.numbers import day_of
from turnero.queue.places import desk_id
from turnero.queue.requests import HandCall, Moved
from turnero.queue.states import Move, State, after
from turnero.store.tx import Tx

#: how long ago a call by hand may have been
LATEST_MS: Final = 7 * 24 * 3600 * 1000
#: whose day goes on: after a step by hand they wait for the next one of their path
_IN_LINE: Final = frozenset({State.WAITING, State.PARKED, State.AWAY})


def enter(tx: Tx, request: HandCall) -> Moved:
    """Enter one call. The day is that of the call, at the site."""
    about = leased.about(tx, tx.site, request.service, None)
    desk = desk_id(tx, request.desk)
    if not request.called_ms <= request.ended_ms <= tx.now_ms:
        raise refusals.invalid("hand-call-times")
    if tx.now_ms - request.called_ms > LATEST_MS:
        raise refusals.invalid("hand-call-old", days=LATEST_MS // (24 * 3600 * 1000))
    day = day_of(request.called_ms, about.zone)
    ticket_id = leased.ticket_of(tx, tx.site, day, request.number)
    if ticket_id is None:
        ticket_id = _from_paper(tx, about, request, day)
    held = rows.load(tx, ticket_id)
    state = after(Move.BY_HAND, held.state, held.number)
    to_line = tx.line_ms - tx.now_ms
    called_ms, ended_ms = request.called_ms + to_line, request.ended_ms + to_line
    tx.append(
        ServedByHand(
            ticket=held.id,
            number=held.number,
            service=held.service_key,
            desk=request.desk,
            called_ms=request.called_ms,
            ended_ms=request.ended_ms,
        )
    )
    new = held.uncalled()._replace(
        state=state,
        desk=desk,
        entered_ms=min(held.entered_ms, called_ms),
        called_ms=called_ms,
        last_call_ms=called_ms,
        started_ms=called_ms,
        ended_ms=ended_ms,
    )
    going = straight_on(tx, held) if held.state in _IN_LINE else None
    if going is not None:
        # Whoever attended the next step without the server is entered after this one.
        waited_ms = held.waited_ms + max(0, called_ms - held.entered_ms)
        new = go_on(tx, tx.append, held, new._replace(waited_ms=waited_ms), going)
    rows.save(tx, held, new)
    report_again(tx, day)
    return Moved(held.id, new.state)


def _from_paper(tx: Tx, about: Any, request: HandCall, day: str) -> str:
    """The ticket of a number on paper; when it was taken nobody knows but that it was before."""
    leases = leased.leases_of(tx, tx.site, about.id, request.number)
    if not any(one.day == day for one in leases):
        raise refusals.refused(
            "number-not-leased", number=request.number[:20], service=about.key, day=day
        )
    called_line_ms = request.called_ms + tx.line_ms - tx.now_ms
    return leased.bring(
        tx,
        about,
        Brought(
            number=request.number,
            day=day,
            channel="paper",
            place=None,
            taken_ms=request.called_ms,
            taken_line_ms=called_line_ms,
            entered_ms=called_line_ms,
        ),
    )
