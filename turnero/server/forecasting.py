"""Forecasts of waits, made while the site works: follows each site's journal and publishes what is expected.

A round takes the facts since the last one, makes the forecasts that are due in a thread of its own, and
keeps them by a command. At most one in `EVERY_MS` for a service and only if something happened there or
the last one would soon hold no more; at once if a desk began to work or is free where none was, or none
is any more. Of several processes on one database the one that published last goes on; another takes over
when it falls silent.
"""

import asyncio
from collections.abc import Callable, Iterable

import msgspec

from turnero.queue import reads
from turnero.queue.commands.forecasts import publish, teach
from turnero.queue.followed import Ended
from turnero.queue.following import SiteDay
from turnero.queue.forecast.estimator import Estimator
from turnero.queue.outlook import Room, snapshots
from turnero.queue.requests import PublishForecasts, TeachDay
from turnero.store import journal
from turnero.store.errors import Unavailable
from turnero.store.facts import Entry
from turnero.store.ledger import Ledger

#: seconds between two looks at the journals
TICK_S = 5.0
#: a service's forecast is made at most once in this time, and at least while anybody works or waits
EVERY_MS = 20_000
AT_LEAST_MS = 60_000
#: a fact that was written may be seen this much later: minutes are sampled only then
LATE_MS = 2_000
#: facts taken at once
_PAGE = 2_000
ACTOR = "system"


class _Site:
    """A site as far as it is followed."""

    def __init__(self, day: SiteDay) -> None:
        self.day = day
        #: service → when its forecast was published last (line clock), whether a desk was at work, was free
        self.made: dict[str, tuple[int, bool, bool]] = {}
        #: when any was, by this process
        self.published_ms = 0
        self.kept: bytes = b"[]"


class Forecaster:
    """See the module's text."""

    def __init__(
        self,
        ledger: Ledger,
        failed: Callable[[str, Exception], None],
        *,
        every_ms: int = EVERY_MS,
    ) -> None:
        self._ledger = ledger
        self._failed = failed
        self._every_ms = every_ms
        self._sites: dict[int, _Site] = {}
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin, in the background: the day so far is read first."""
        self._task = asyncio.create_task(self._run(), name="forecasts")

    async def stop(self) -> None:
        """End."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            for site in await self._known():
                try:
                    await self.round(site)
                except Exception as error:  # noqa: BLE001 - tried again; the others go on
                    if not isinstance(error, Unavailable):
                        # What it was in the middle of is not known: it begins anew.
                        self._sites.pop(site, None)
                    self._failed("forecasts", error)
            await self._ledger.clock.sleep(TICK_S)

    async def _known(self) -> list[int]:
        try:
            return [site for site in await self._ledger.read(journal.sites) if site]
        except Exception as error:  # noqa: BLE001 - the database is away: tried again
            self._failed("forecasts", error)
            return []

    async def round(self, site: int) -> None:
        """Take what happened at a site and publish what is due."""
        clock = self._ledger.clock
        here = self._sites.get(site)
        if here is None or here.day.stale:
            ground = await self._ledger.read(reads.forecast_ground, site, clock.now_ms())
            if ground is None:
                return
            here = self._sites[site] = _Site(SiteDay(ground))
            await self._catch_up(site, here.day)
            # The rows that were just read have in them what the day changed.
            here.day.stale = False
        else:
            await self._catch_up(site, here.day)
        for ended in here.day.ended:
            await self._ledger.run(teach, taught(ended), site=site, actor=ACTOR)
        here.day.ended.clear()
        now_ms, line_ms = clock.now_ms(), clock.line_ms()
        due = self._due(here, line_ms)
        kept = msgspec.json.encode(here.day.kept)
        if (not due and kept == here.kept) or await self._another(site, here, line_ms):
            return
        room = await self._ledger.read(reads.forecast_room, site, now_ms)
        bodies = await asyncio.to_thread(_bodies, here.day, room, due, now_ms, line_ms)
        request = PublishForecasts(
            bodies, None if kept == here.kept else here.day.day, kept.decode()
        )
        here.published_ms = await self._ledger.run(publish, request, site=site, actor=ACTOR)
        here.kept = kept
        here.day.changed -= due
        here.made |= {service: (line_ms, *_desks(here.day, service)) for service in due}

    async def _catch_up(self, site: int, day: SiteDay) -> None:
        while entries := await self._ledger.read(journal.read, site, day.seq, _PAGE):
            await asyncio.to_thread(_take, day, entries)
        await asyncio.to_thread(day.pass_to, self._ledger.clock.now_ms() - LATE_MS)

    def _due(self, here: _Site, line_ms: int) -> set[str]:
        day, due = here.day, set()
        for service in {*day.services, *day.changed}:
            made = here.made.get(service)
            at_work, free = _desks(day, service)
            if made is None or made[1:] != (at_work, free):
                due.add(service)
                continue
            age = line_ms - made[0]
            changed = service in day.changed and age >= self._every_ms
            lapsing = at_work and age >= max(AT_LEAST_MS, self._every_ms)
            if changed or lapsing:
                due.add(service)
        return due

    async def _another(self, site: int, here: _Site, line_ms: int) -> bool:
        """Whether another process publishes for this site."""
        if self._ledger.backend.alone:
            return False
        made_ms = await self._ledger.read(reads.forecast_made_ms, site)
        return made_ms > here.published_ms and line_ms - made_ms < 2 * AT_LEAST_MS


def _desks(day: SiteDay, service: str) -> tuple[bool, bool]:
    """Whether any is at work, and whether any of them is free."""
    return day.at_work(service) > 0, day.free(service)


def taught(ended: Ended) -> TeachDay:
    """What a day that is over has taught, as it is kept."""
    rows = [(key, msgspec.json.encode(one).decode()) for key, one in ended.histories.items()]
    rows.append(("", msgspec.json.encode(ended.calibration).decode()))
    return TeachDay(ended.day, tuple(rows), msgspec.json.encode(ended.kept).decode())


def _take(day: SiteDay, entries: Iterable[Entry]) -> None:
    for entry in entries:
        day.take(entry)


def _bodies(
    day: SiteDay, room: Room, services: set[str], now_ms: int, line_ms: int
) -> tuple[tuple[int, str], ...]:
    made = snapshots(day, room, services, now_ms, line_ms, Estimator.shipped())
    return tuple((key, msgspec.json.encode(one).decode()) for key, one in made.items())
