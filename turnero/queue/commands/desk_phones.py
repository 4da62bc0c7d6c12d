"""Callbacks come again to a desk whose telephone was not picked up; see queue/desk_phones.py."""

from turnero.queue.call_facts import DeskCallsResumed
from turnero.queue.desk_phones import resumed
from turnero.queue.requests import DeskMove
from turnero.queue.seats import mine, seat
from turnero.store.timers import TimerDue
from turnero.store.tx import Tx


def phone_rings(tx: Tx, request: DeskMove) -> DeskMove:
    """Its agent says that the telephone rings; nothing where nobody doubts it."""
    resumed(tx, mine(tx, seat(tx, request.desk)).ref, "said")
    return request


def pause_over(tx: Tx, due: TimerDue) -> None:
    """Timer: it is tried again. The alarm stays until the telephone is picked up."""
    tx.append(DeskCallsResumed(desk=due.key, why="time"))
