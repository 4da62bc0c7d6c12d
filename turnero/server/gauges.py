"""Fills the gauges that are read when somebody asks for the metrics, a second old at most."""

import asyncio
from collections import Counter
from typing import Any

from sqlalchemy import func, select

from turnero.display.announce import ALIVE_MS
from turnero.display.settings import state_of
from turnero.printer.tables import QUEUED, SENDING, print_job
from turnero.queue import reads
from turnero.queue.accuracy import by_service
from turnero.queue.numbers import day_of
from turnero.queue.reads import callbacks
from turnero.queue.tables import line, service
from turnero.server.looks import SiteLooks
from turnero.server.metrics import COUNTED, Metrics
from turnero.server.watch import Watch
from turnero.store import devices
from turnero.store.facts import Entry
from turnero.store.ledger import Ledger
from turnero.store.sql import Query, Statement
from turnero.web.live import Hub

_FRESH_MS = 1000

_WAITING = Statement(
    select(
        line.c.site.label("site"),
        service.c.key.label("service"),
        func.sum(line.c.count).label("waiting"),
    )
    .select_from(line.join(service, service.c.id == line.c.service))
    .group_by(line.c.site, service.c.key)
)
#: by the partial indexes that the printers' room keeps for them: nobody counts all jobs
_SPOOLED = {
    state: Statement(
        select(print_job.c.site.label("site"), func.count().label("jobs"))
        .where(print_job.c.state == literal)
        .group_by(print_job.c.site)
    )
    for state, literal in (("queued", QUEUED), ("sending", SENDING))
}


class Gauges:
    """See the module's text."""

    def __init__(
        self, ledger: Ledger, metrics: Metrics, watch: Watch, looks: SiteLooks, hub: Hub
    ) -> None:
        self._ledger = ledger
        self._metrics = metrics
        self._watch = watch
        self._looks = looks
        self._hub = hub
        self._asked_ms = 0
        self._asking = asyncio.Lock()
        self._counted: Counter[tuple[int, str]] = Counter()
        watch.heard.append(self.heard)

    def heard(self, entry: Entry) -> None:
        """A fact: counted if it is about a ticket."""
        what = COUNTED.get(entry.kind)
        if what is not None:
            self._counted[entry.site, what] += 1

    async def refresh(self) -> None:
        """Bring every gauge up to date."""
        async with self._asking:
            now_ms = self._ledger.clock.line_ms()
            if now_ms - self._asked_ms < _FRESH_MS:
                return
            self._asked_ms = now_ms
            metrics = self._metrics
            for (site, what), count in self._counted.items():
                metrics.tickets.labels(self._key(site), what).inc(count)
            self._counted.clear()
            metrics.streams.set(self._hub.streams)
            for site, seq in self._watch.heads.items():
                metrics.head.labels(self._key(site)).set(seq)
            for row in await self._ledger.read(_waiting):
                metrics.waiting.labels(self._key(row.site), row.service).set(row.waiting)
            await self._promises()
            await self._announcements()
            await self._calls()
            for state in _SPOOLED:
                spooled = {row.site: row.jobs for row in await self._ledger.read(_spooled, state)}
                for site in self._looks.sites:
                    metrics.spool.labels(self._key(site), state).set(spooled.get(site, 0))

    async def _promises(self) -> None:
        """How the promises of the present day were kept; a service without any has no figure."""
        metrics, now_ms = self._metrics, self._ledger.clock.now_ms()
        gauges = (
            metrics.promises,
            metrics.promise_error,
            metrics.promise_bias,
            metrics.promise_inside,
        )
        for gauge in gauges:
            gauge.clear()
        for site, look in self._looks.sites.items():
            day = day_of(now_ms, look.zone)
            kept = await self._ledger.read(reads.promises_kept, site, day)
            for key, one in by_service(kept).items():
                figures = (one.n, one.off_minutes, one.bias_minutes, one.inside_share)
                for gauge, figure in zip(gauges, figures, strict=True):
                    gauge.labels(self._key(site), key).set(figure)

    async def _announcements(self) -> None:
        """How far the voice is behind the calls, as each board that is heard from said last."""
        metrics, now_ms = self._metrics, self._ledger.clock.now_ms()
        metrics.call_lag.clear()
        metrics.call_backlog.clear()
        for site in self._looks.sites:
            for one in await self._ledger.read(devices.of_site, site):
                recent = one.heard_ms is not None and now_ms - one.heard_ms < ALIVE_MS
                state = state_of(one) if one.kind == "board" and recent else None
                if state is None:
                    continue
                metrics.call_backlog.labels(self._key(site), one.key).set(state.backlog)
                if state.lag_ms is not None:
                    metrics.call_lag.labels(self._key(site), one.key).set(state.lag_ms / 1000)

    async def _calls(self) -> None:
        """Who is to be rung, and whether anybody can be."""
        metrics = self._metrics
        now = await self._ledger.read(callbacks.dialling_now)
        metrics.dialling.set(now is not None and now.open)
        metrics.callbacks.clear()
        for site in self._looks.sites:
            for stage, count in (await self._ledger.read(callbacks.counts, site)).items():
                metrics.callbacks.labels(self._key(site), stage).set(count)

    def _key(self, site: int) -> str:
        found = self._looks.sites.get(site)
        return found.key if found is not None else "installation" if site == 0 else str(site)


def _waiting(q: Query) -> list[Any]:
    return q.rows(_WAITING)


def _spooled(q: Query, state: str) -> list[Any]:
    return q.rows(_SPOOLED[state])
