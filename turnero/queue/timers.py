"""The line's timers: which command each kind fires. The server hands them to `store.timers`."""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import bindparam, update

from turnero.queue import callback_rows
from turnero.queue.aside import OVER, PARKED_LONG, REMIND
from turnero.queue.attendance import UNATTENDED
from turnero.queue.commands import (
    auto_call,
    callback_hours,
    desk_phones,
    lines,
    messages,
    pauses,
)
from turnero.queue.commands.day import (
    CLOSE,
    GO_ON,
    close_day_further,
    close_day_on_time,
    set_day_close,
)
from turnero.queue.commands.help import ESCALATE, escalate_help
from turnero.queue.commands.people import ERASE, erase_on_time
from turnero.queue.commands.presence import unattended
from turnero.queue.commands.readiness import READY, check_on_time, set_ready
from turnero.queue.commands.reports import MAKE, ROLL, make, roll
from turnero.queue.commands.steps import overstay, parked_long, remind
from turnero.queue.desk_phones import PAUSE
from turnero.store.facts import ClockJumped
from turnero.store.sql import Statement
from turnero.store.tables import timer
from turnero.store.timers import Handler
from turnero.store.tx import Tx

TIMERS: Final[Mapping[str, Handler]] = {
    CLOSE: close_day_on_time,
    GO_ON: close_day_further,
    ESCALATE: escalate_help,
    READY: check_on_time,
    MAKE: make,
    ROLL: roll,
    pauses.SERVICE: pauses.open_service,
    pauses.KIOSK: pauses.open_kiosk,
    pauses.SERVICE_AT: pauses.pause_service_on_time,
    pauses.KIOSK_AT: pauses.pause_kiosk_on_time,
    lines.GO_ON: lines.move_line_further,
    messages.END: messages.end_on_time,
    REMIND: remind,
    OVER: overstay,
    PARKED_LONG: parked_long,
    UNATTENDED: unattended,
    auto_call.HOLD: auto_call.go_on,
    PAUSE: desk_phones.pause_over,
    ERASE: erase_on_time,
    callback_rows.RING_AGAIN: callback_hours.ring_again,
    callback_rows.HOURS_END: callback_hours.hours_end,
    callback_rows.ASK: callback_hours.ask_left_over,
    callback_rows.CARRY: callback_hours.carry,
}

#: timers that measure how long something takes: a jump of the wall clock moves them along
_LENGTHS: Final = (
    GO_ON,
    ESCALATE,
    REMIND,
    OVER,
    PARKED_LONG,
    UNATTENDED,
    lines.GO_ON,
    MAKE,
    auto_call.HOLD,
    PAUSE,
)

_SHIFT = Statement(
    update(timer)
    .where(timer.c.site == bindparam("b_site"), timer.c.kind == bindparam("b_kind"))
    .values(due_ms=timer.c.due_ms + bindparam("b_by"))
)


def clock_jumped(tx: Tx, jump: ClockJumped) -> None:
    """The wall clock was set: what is due at an hour is set anew, what takes its time still does."""
    for kind in _LENGTHS:
        tx.run(_SHIFT, b_site=tx.site, b_kind=kind, b_by=jump.by_ms)
    callback_rows.clock_set(tx, jump.by_ms)
    set_day_close(tx)
    set_ready(tx)
