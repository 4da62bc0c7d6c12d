"""What runs while a ticket is aside: the timers of one who stepped out, and of one set aside.

Called by `rows.save`, the one place where tickets change their state, so that no move and no
undo can leave a timer behind. Times in tickets are the line clock's, timers the wall clock's.
"""

from typing import Final, Protocol

from turnero.queue.alarms import end_alarm
from turnero.queue.settings import settings_of
from turnero.queue.states import State
from turnero.store.tx import Tx

#: timers; their key is the ticket
REMIND: Final = "step-out-remind"
OVER: Final = "step-out-over"
PARKED_LONG: Final = "parked-long"

_MINUTE_MS: Final = 60_000


class Aside(Protocol):
    """What must be known of a ticket."""

    @property
    def id(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def entered_ms(self) -> int: ...
    @property
    def away_until_ms(self) -> int | None: ...
    @property
    def settings(self) -> str: ...


def left(tx: Tx, old: Aside) -> None:
    """It is in that state no more: nothing is due any more."""
    if old.state == State.AWAY:
        tx.untimer(REMIND, old.id)
        tx.untimer(OVER, old.id)
    elif old.state == State.PARKED:
        tx.untimer(PARKED_LONG, old.id)
        end_alarm(tx, PARKED_LONG, old.id)


def entered(tx: Tx, new: Aside) -> None:
    """It came into that state, or an undo put it back there: what is due, and when."""
    settings = settings_of(new.settings)
    to_wall = tx.now_ms - tx.line_ms
    if new.state == State.AWAY:
        until_ms = new.away_until_ms or tx.line_ms
        tx.timer(OVER, new.id, to_wall + until_ms)
        remind_ms = until_ms - settings.remind_minutes * _MINUTE_MS
        if settings.remind_minutes > 0 and remind_ms > tx.line_ms:
            tx.timer(REMIND, new.id, to_wall + remind_ms)
    elif new.state == State.PARKED:
        since_ms = new.entered_ms
        tx.timer(PARKED_LONG, new.id, to_wall + since_ms + settings.parked_minutes * _MINUTE_MS)
