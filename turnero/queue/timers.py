"""The line's timers: which command each kind fires. The server hands them to `store.timers`."""

from collections.abc import Mapping
from typing import Final

from turnero.queue.commands import lines, messages, pauses
from turnero.queue.commands.day import CLOSE, GO_ON, close_day_further, close_day_on_time
from turnero.queue.commands.help import ESCALATE, escalate_help
from turnero.queue.commands.presence import UNATTENDED, unattended
from turnero.queue.commands.readiness import READY, check_on_time
from turnero.queue.commands.steps import (
    OVER,
    PARKED_LONG,
    REMIND,
    overstay,
    parked_long,
    remind,
)
from turnero.store.timers import Handler

TIMERS: Final[Mapping[str, Handler]] = {
    CLOSE: close_day_on_time,
    GO_ON: close_day_further,
    ESCALATE: escalate_help,
    READY: check_on_time,
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
}
