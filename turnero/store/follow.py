"""Following the journal: who wants to know what was committed, from which number on.

The journal is the truth and the signal only a doorbell: recent facts are kept in memory
for the many who are up to date, and everybody else reads the table from their number.
"""

import asyncio
from collections import defaultdict, deque
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from turnero.store import journal
from turnero.store.errors import Unavailable
from turnero.store.facts import Entry

if TYPE_CHECKING:
    from turnero.store.ledger import Ledger

#: facts of a site kept in memory for followers who are up to date
RECENT = 2000
#: facts read from the table at once
PAGE = 500
#: seconds between tries while the database cannot be read
RETRY_S = 1.0


class Hub:
    """Wakes followers of each site; lives on one loop."""

    def __init__(self, ledger: "Ledger") -> None:
        self._ledger = ledger
        self._recent: dict[int, deque[Entry]] = defaultdict(lambda: deque(maxlen=RECENT))
        self._bells: dict[int, asyncio.Event] = {}
        self._subscribers: list[tuple[asyncio.Event, set[int]]] = []
        self._closed = False

    def publish(self, entries: list[Entry]) -> None:
        """Facts that this process has committed, in order of their numbers."""
        for entry in entries:
            recent = self._recent[entry.site]
            if recent and entry.seq != recent[-1].seq + 1:
                recent.clear()  # another process wrote in between: the table has it
            recent.append(entry)
        for site in {entry.site for entry in entries}:
            self.heard(site)

    def heard(self, site: int) -> None:
        """Something may be new at this site; wakes its followers."""
        bell = self._bells.pop(site, None)
        if bell is not None:
            bell.set()
        for event, rung in self._subscribers:
            rung.add(site)
            event.set()

    def close(self) -> None:
        """End every follower."""
        self._closed = True
        for bell in self._bells.values():
            bell.set()
        self._bells.clear()
        for event, _ in self._subscribers:
            event.set()

    async def follow(self, site: int, after: int) -> AsyncIterator[list[Entry]]:
        """Facts after a number, in lists, without a gap; ends when the hub is closed."""
        while not self._closed:
            bell = self._bells.get(site)
            if bell is None:
                bell = self._bells[site] = asyncio.Event()
            entries = self._remembered(site, after)
            if entries is None:
                try:
                    entries = await self._ledger.read(journal.read, site, after, PAGE)
                except Unavailable:
                    # The database is away: whoever follows waits for it, and misses nothing.
                    await asyncio.sleep(RETRY_S)
                    continue
            if entries:
                after = entries[-1].seq
                yield entries
            else:
                await bell.wait()

    async def changes(self) -> AsyncIterator[set[int]]:
        """Sets of sites at which something may be new, as it comes."""
        event, rung = asyncio.Event(), set[int]()
        self._subscribers.append((event, rung))
        try:
            while True:
                await event.wait()
                event.clear()
                if self._closed:
                    return
                sites = set(rung)
                rung.clear()
                if sites:
                    yield sites
        finally:
            self._subscribers.remove((event, rung))

    def _remembered(self, site: int, after: int) -> list[Entry] | None:
        """The facts after a number if memory surely has them all; None: look in the table."""
        recent = self._recent.get(site)
        if not recent or recent[0].seq > after + 1:
            return None
        if recent[-1].seq <= after and not self._ledger.backend.alone:
            return None
        return list(recent)[after + 1 - recent[0].seq :]
