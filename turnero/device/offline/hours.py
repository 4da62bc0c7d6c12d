"""What time it is at the server, as far as this machine can tell while it cannot ask.

A number belongs to a day, so that whoever gives one must know the day. It is known since the server
was heard, for as long as the machine is not switched off: a clock that nobody sets goes on, also while
the machine sleeps. Once it was switched off its wall clock is believed only where it is not before the
last hour known and somebody vouches for it: a time server, or a clock with a battery. A machine that
has neither wakes with the hour of its last stop, however long it was off.
"""

import time
from contextlib import suppress
from pathlib import Path
from typing import Final
from uuid import uuid4

import msgspec

from turnero.device.offline.commands import Moment
from turnero.store.clock import disciplined

#: an answer that took longer measures no clock
SLOW_MS: Final = 500
#: how long what is known is not written down again, while nothing else is known
NOTED_MS: Final = 60_000
#: two clocks that differ by less are the same
SAME_MS: Final = 1_000
#: a clock with a battery that differs by more from the wall clock does not speak for it
AGREES_MS: Final = 120_000
_BOOT: Final = Path("/proc/sys/kernel/random/boot_id")
_BATTERY: Final = Path("/sys/class/rtc/rtc0/since_epoch")


class Machine:
    """What a machine knows of time by itself."""

    def __init__(self) -> None:
        #: another one each time that it is switched on
        self.boot = uuid4().hex
        with suppress(OSError):
            self.boot = _BOOT.read_text("ascii").strip()

    def since_boot_ms(self) -> int:
        """Since it was switched on; it goes on while the machine sleeps, and nobody sets it."""
        return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000

    def wall_ms(self) -> int:
        """Its wall clock, which anybody sets."""
        return time.time_ns() // 1_000_000

    def vouched(self) -> bool:
        """Whether a time server keeps the wall clock right, or a clock with a battery says the same."""
        if disciplined():
            return True
        try:
            battery_ms = int(_BATTERY.read_text("ascii")) * 1000
        except (OSError, ValueError):
            return False
        return abs(battery_ms - self.wall_ms()) < AGREES_MS


class Heard(msgspec.Struct, frozen=True):
    """What is written down of the server's clock."""

    #: while which the machine's own clock is comparable
    boot: str
    #: the server's clock less the machine's since it was switched on
    since_boot_ms: int
    #: the server's clock less the wall clock
    wall_ms: int
    #: what time it was at the server then
    known_ms: int


class Hours:
    """See the module's text."""

    def __init__(self, machine: Machine | None = None) -> None:
        self._machine = machine or Machine()
        self._heard: Heard | None = None
        #: the server's clock less the machine's since it was switched on; None: not known
        self._offset_ms: int | None = None

    def restore(self, heard: Heard | None) -> None:
        """What was written down before this program was started."""
        if self._heard is not None or heard is None:
            return
        self._heard = heard
        if heard.boot == self._machine.boot:
            self._offset_ms = heard.since_boot_ms

    @property
    def sure(self) -> bool:
        """Whether the day is known."""
        if self._offset_ms is None and self._heard is not None:
            wall_ms = self._machine.wall_ms() + self._heard.wall_ms
            if wall_ms >= self._heard.known_ms and self._machine.vouched():
                self._offset_ms = wall_ms - self._machine.since_boot_ms()
        return self._offset_ms is not None

    def now(self) -> Moment:
        """This moment; a guess where the day is not known."""
        own_ms = self._machine.since_boot_ms()
        if self.sure and self._offset_ms is not None:
            return Moment(own_ms, self._offset_ms)
        last_ms = self._heard.known_ms if self._heard is not None else 0
        return Moment(own_ms, max(self._machine.wall_ms(), last_ms) - own_ms)

    def hear(self, server_ms: int, took_ms: int) -> None:
        """The server said what time it is, and took so long to say it."""
        before, found = self._offset_ms, server_ms - self._machine.since_boot_ms()
        if before is not None and took_ms > SLOW_MS and abs(found - before) <= took_ms:
            return  # an answer so late tells nothing better than what is known
        self._offset_ms = found

    def to_note(self) -> Heard | None:
        """What is to be written down now, if anything is. The caller writes it."""
        if not self.sure or self._offset_ms is None:
            return None
        now_ms, last = self.now().server_ms, self._heard
        wall_ms = now_ms - self._machine.wall_ms()
        if (
            last is not None
            and last.boot == self._machine.boot
            and abs(last.since_boot_ms - self._offset_ms) < SAME_MS
            and abs(last.wall_ms - wall_ms) < SAME_MS
            and 0 <= now_ms - last.known_ms < NOTED_MS
        ):
            return None
        self._heard = Heard(self._machine.boot, self._offset_ms, wall_ms, now_ms)
        return self._heard
