"""Fills the gauges that are read when somebody asks for the metrics, a second old at most."""

import asyncio
from typing import Any

from sqlalchemy import func, select

from turnero.queue.tables import line, service, site
from turnero.server.metrics import COUNTED, Metrics
from turnero.server.watch import Watch
from turnero.store.facts import Entry
from turnero.store.ledger import Ledger
from turnero.store.sql import Query, Statement
from turnero.web.live import Hub

_WAITING = Statement(
    select(
        site.c.key.label("site"),
        service.c.key.label("service"),
        func.sum(line.c.count).label("waiting"),
    )
    .select_from(
        line.join(service, service.c.id == line.c.service).join(site, site.c.no == line.c.site)
    )
    .group_by(site.c.key, service.c.key)
)
_KEYS = Statement(select(site.c.no, site.c.key))


class Gauges:
    """See the module's text."""

    def __init__(self, ledger: Ledger, metrics: Metrics, watch: Watch, hub: Hub) -> None:
        self._ledger = ledger
        self._metrics = metrics
        self._watch = watch
        self._hub = hub
        self._asked_ms = 0
        self._asking = asyncio.Lock()
        self._keys: dict[int, str] = {}
        watch.heard.append(self.heard)

    def heard(self, entry: Entry) -> None:
        """A fact: counted if it is about a ticket."""
        what = COUNTED.get(entry.kind)
        if what is not None:
            self._metrics.tickets.labels(self._keys.get(entry.site, str(entry.site)), what).inc()

    async def refresh(self) -> None:
        """Read what changes without facts being counted."""
        async with self._asking:
            now_ms = self._ledger.clock.line_ms()
            if now_ms - self._asked_ms < 1000:  # noqa: PLR2004 - a second
                return
            self._asked_ms = now_ms
            self._keys = await self._ledger.read(_keys)
            self._metrics.streams.set(self._hub.streams)
            for number, seq in self._watch.heads.items():
                self._metrics.head.labels(self._keys.get(number, str(number))).set(seq)
            for row in await self._ledger.read(_waiting):
                self._metrics.waiting.labels(row.site, row.service).set(row.waiting)


def _keys(q: Query) -> dict[int, str]:
    return {0: "installation"} | {row.no: row.key for row in q.rows(_KEYS)}


def _waiting(q: Query) -> list[Any]:
    return q.rows(_WAITING)
