"""Whether somebody sits before the page of an open desk: told by the page's live stream.

A page that is gone sets a timer, a page that comes removes it: only who stays away for the
site's minutes is an alarm, and a fact.
"""

from turnero.queue.alarms import raise_alarm
from turnero.queue.attendance import UNATTENDED, came, expect, expected, patience_ms
from turnero.queue.facts import DeskUnattended
from turnero.queue.requests import AtPage
from turnero.queue.seats import seat
from turnero.queue.states import SessionState
from turnero.store.timers import TimerDue
from turnero.store.tx import Tx

#: how soon a desk is looked at again that may be left alone just now
_AGAIN_MS = 60_000


def page_gone(tx: Tx, request: AtPage) -> AtPage:
    """Nobody has the page of this desk open. Told twice, the first time counts."""
    at = seat(tx, request.desk)
    if at.session is not None and not expected(tx, at.ref):
        expect(tx, at.ref, at.session)
    return request


def page_here(tx: Tx, request: AtPage) -> AtPage:
    """The page is back."""
    came(tx, seat(tx, request.desk).ref)
    return request


def unattended(tx: Tx, due: TimerDue) -> None:
    """Timer: nobody came. A desk on a break is looked at again later."""
    at = seat(tx, due.key)
    since, _, session = due.body.partition(" ")
    if (at.session or 0) != int(session):
        return
    left_ms = int(since) + patience_ms(tx) - tx.line_ms
    if left_ms > 0 or at.state == SessionState.BREAK:
        # Time is left where the wall clock was set forward.
        tx.timer(UNATTENDED, due.key, tx.now_ms + max(left_ms, _AGAIN_MS), due.body)
        return
    tx.append(DeskUnattended(session=int(session), desk=at.ref, since_ms=int(since)))
    figures: dict[str, str | int] = {"since_ms": int(since), "session": int(session)}
    if at.number is not None:
        figures["number"] = at.number
    raise_alarm(tx, UNATTENDED, at.ref, figures)
