"""Hears every fact of every site from now on: for counts, and for what is kept in memory."""

import asyncio
from collections.abc import AsyncIterator, Callable

import structlog

from turnero.store import journal
from turnero.store.facts import Entry
from turnero.store.ledger import Ledger

log = structlog.get_logger("turnero.server")

#: seconds before a journal is followed again after an error
RETRY_S = 1.0


class Watch:
    """Calls `heard(entry)` for each fact committed after `start`. A listener must not wait."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.heard: list[Callable[[Entry], None]] = []
        #: number of the last fact of each site
        self.heads: dict[int, int] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._all: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin."""
        changes = self._ledger.hub.changes()
        waiting = asyncio.ensure_future(anext(changes))
        await asyncio.sleep(0)  # it must be listening before the heads are read
        for site in await self._ledger.read(journal.sites):
            self._begin(site, await self._ledger.read(journal.head_seq, site))
        self._all = asyncio.create_task(self._new_sites(changes, waiting), name="watch")

    async def stop(self) -> None:
        """End."""
        tasks = [*self._tasks.values(), *([self._all] if self._all else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _begin(self, site: int, after: int) -> None:
        self.heads[site] = after
        self._tasks[site] = asyncio.create_task(self._follow(site, after), name=f"watch-{site}")

    async def _follow(self, site: int, after: int) -> None:
        while True:
            try:
                async for entries in self._ledger.follow(site, after):
                    for entry in entries:
                        for listener in self.heard:
                            listener(entry)
                    self.heads[site] = after = entries[-1].seq
            except Exception:
                log.exception("the journal cannot be followed; trying again", site=site)
                await self._ledger.clock.sleep(RETRY_S)
            else:
                return

    async def _new_sites(
        self, changes: AsyncIterator[set[int]], waiting: asyncio.Future[set[int]]
    ) -> None:
        try:
            while True:
                for site in await asyncio.shield(waiting):
                    if site not in self._tasks:
                        self._begin(site, 0)
                waiting = asyncio.ensure_future(anext(changes))
        except StopAsyncIteration:
            return
        finally:
            waiting.cancel()
