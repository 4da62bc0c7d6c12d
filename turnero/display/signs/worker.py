"""One task for each sign: paints what it has to show, again after each reconnection and every
minute, and says how it is.

Whatever comes while a painting is under way, only the newest state is painted next. An
exception, or a sign that misbehaves, never ends the task.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Final

import msgspec

from turnero.display.signs.face import Face
from turnero.display.signs.port import Outcome, Reason, Result, Sign
from turnero.display.signs.state import SignState
from turnero.display.signs.station import SignBeat, Station
from turnero.store.devices import Device
from turnero.store.errors import TurneroError

log = logging.getLogger("turnero.display")

#: seconds given to a painting under way when the server stops
GRACE_S: Final = 0.5


class Pace(msgspec.Struct, frozen=True):
    """How often what is done, in seconds."""

    #: painted again though nothing changed: a sign may have lost it without a word
    repaint_s: float = 60.0
    #: the line is looked at
    watch_s: float = 5.0
    #: each of several calls stands so long
    turn_s: float = 4.0
    #: heartbeat
    beat_s: float = 20.0
    #: after a painting that went wrong, doubled each time up to the second
    retry_s: tuple[float, float] = (1.0, 15.0)
    #: nobody could say for so long what it has to show: then it is idle, not wrong
    stale_s: float = 120.0


class Worker:
    """See the module's text. `idle`: what it shows while nobody knows. `changed(news=…)`: called
    when it shows something else; with news when it is otherwise well or unwell than was told.
    """

    def __init__(
        self,
        device: Device,
        sign: Sign,
        station: Station,
        *,
        idle: str = "",
        changed: Callable[..., None] = lambda *, news: None,  # noqa: ARG005 - nobody
        pace: Pace | None = None,
    ) -> None:
        self.device = device
        #: None until it was painted once
        self.beat: SignBeat | None = None
        self._sign = sign
        self._station = station
        self._idle = SignState(idle=idle)
        self._changed = changed
        self._pace = pace or Pace()
        self._state: SignState | None = None
        self._known_s = _now()
        self._turn = 0
        self._turned_s = 0.0
        self._painted_s = 0.0
        self._looked_s = 0.0
        self._opened = 0
        self._misses = 0
        self._told: SignBeat | None = None
        self._told_s = 0.0
        self._bell = asyncio.Event()
        self._stopping = False
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin."""
        self._task = asyncio.create_task(self._run(), name=f"sign-{self.device.key}")

    def wake(self) -> None:
        """It may have something else to show."""
        self._bell.set()

    async def stop(self) -> None:
        """End; a painting under way is given a moment. The sign keeps what it shows."""
        self._stopping = True
        self._bell.set()
        if self._task is not None:
            await asyncio.wait({self._task}, timeout=GRACE_S)
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self._sign.close()

    async def _run(self) -> None:
        while not self._stopping:
            self._bell.clear()
            try:
                await self._round()
            except Exception:
                log.exception("sign %s", self.device.key)
                await asyncio.sleep(self._pace.retry_s[0])
            with suppress(TimeoutError):
                async with asyncio.timeout(self._rest_s()):
                    await self._bell.wait()

    async def _round(self) -> None:
        """Ask, paint if there is a reason, and tell how it went."""
        await self._ask()
        if self._state is not None:
            face = self._state.face(self._turn)
            if await self._due(face):
                await self._paint(face)
        await self._tell()

    async def _ask(self) -> None:
        try:
            state = await self._station.state(self.device)
        except (TurneroError, OSError) as error:
            if _now() - self._known_s < self._pace.stale_s:
                log.info("sign %s: nobody says what it has to show: %s", self.device.key, error)
                return
            state = self._idle
        else:
            self._known_s = _now()
        if state != self._state:
            self._state, self._turn, self._turned_s = state, 0, _now()
        elif len(state.calls) > 1 and _now() - self._turned_s >= self._pace.turn_s:
            self._turn, self._turned_s = self._turn + 1, _now()

    async def _due(self, face: Face) -> bool:
        """Whether it is to be painted now."""
        if self.beat is None or face != self.beat.face:
            return True
        since_s = _now() - self._painted_s
        if self._misses:
            return since_s >= self._pause_s()
        if since_s >= self._pace.repaint_s or self._sign.opened != self._opened:
            return True
        if _now() - self._looked_s < self._pace.watch_s:
            return False
        self._looked_s = _now()
        return await self._sign.gone()

    async def _paint(self, face: Face) -> None:
        try:
            outcome = await self._sign.show(face)
            if outcome.reason is Reason.TOO_NARROW:
                await self._sign.show(Face())  # the number before it would still call somebody
        except Exception:
            log.exception("sign %s: the adapter failed", self.device.key)
            outcome = Outcome(Result.FAILED, Reason.FAULT)
        self._painted_s = self._looked_s = _now()
        self._opened = self._sign.opened
        before = self.beat
        since_ms = None
        if outcome.well:
            self._misses = 0
        else:
            self._misses += 1
            since_ms = before.since_ms if before is not None else None
            since_ms = self._station.now_ms() if since_ms is None else since_ms
        self.beat = SignBeat(face, outcome.result, outcome.reason, since_ms)
        if before is None or (before.result, before.reason) != (outcome.result, outcome.reason):
            level = logging.INFO if outcome.well else logging.WARNING
            why = outcome.reason.value if outcome.reason else "-"
            log.log(level, "sign %s: %s (%s)", self.device.key, outcome.result.value, why)
        if before != self.beat:
            self._changed(news=False)

    async def _tell(self) -> None:
        """Its heartbeat: now and then, and at once when it fails or is well again. A single
        miss is nobody's news.
        """
        beat, told = self.beat, self._told
        if beat is None:
            return
        news = told is None or (told.result, told.reason) != (beat.result, beat.reason)
        if (news and self._misses != 1) or _now() - self._told_s >= self._pace.beat_s:
            self._told_s = _now()
            try:
                await self._station.heard(self.device, beat)
            except (TurneroError, OSError) as error:
                log.info("sign %s: its heartbeat is not kept: %s", self.device.key, error)
            else:
                self._told = beat
                if news:
                    self._changed(news=True)

    def _pause_s(self) -> float:
        first, longest = self._pace.retry_s
        return float(min(first * 2 ** min(self._misses - 1, 16), longest))

    def _rest_s(self) -> float:
        """Until there may be something to do without a ring."""
        rest_s = min(self._pace.watch_s, self._pace.beat_s, self._pace.repaint_s)
        if self._state is not None and len(self._state.calls) > 1:
            rest_s = min(rest_s, self._turned_s + self._pace.turn_s - _now())
        if self._misses:
            rest_s = min(rest_s, self._painted_s + self._pause_s() - _now())
        return max(rest_s, 0.01)


def _now() -> float:
    return asyncio.get_running_loop().time()
