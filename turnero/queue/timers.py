"""The line's timers: which command each kind fires. The server hands them to `store.timers`."""

from collections.abc import Mapping
from typing import Final

from turnero.queue.commands.day import CLOSE, GO_ON, close_day_further, close_day_on_time
from turnero.queue.commands.help import ESCALATE, escalate_help
from turnero.store.timers import Handler

TIMERS: Final[Mapping[str, Handler]] = {
    CLOSE: close_day_on_time,
    GO_ON: close_day_further,
    ESCALATE: escalate_help,
}
