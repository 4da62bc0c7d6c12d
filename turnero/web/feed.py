"""A site's journal as it grows, followed once for everybody who shows or streams it.

The live views ask what changed; the API's event stream takes the facts themselves, each
encoded once however many read it.
"""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncGenerator, Callable

from turnero.store import journal
from turnero.store.facts import Entry
from turnero.store.ledger import Ledger

log = logging.getLogger("turnero.web")

#: facts kept in memory for streams that are nearly up to date
KEPT = 2000
#: facts read from the table at once for streams that are behind
PAGE = 500
#: seconds before the journal is tried again after an error
RETRY_S = 1.0


class _Kept:
    """A fact and, once somebody wanted it, its bytes on a stream."""

    __slots__ = ("data", "entry")

    def __init__(self, entry: Entry) -> None:
        self.entry = entry
        self.data: bytes | None = None


class Feed:
    """One site's journal, from the moment it was first asked for."""

    def __init__(
        self, ledger: Ledger, site: int, heard: Callable[[int, list[Entry]], None]
    ) -> None:
        self._ledger = ledger
        self._site = site
        self._heard = heard
        self._kept: deque[_Kept] = deque(maxlen=KEPT)
        self._bell = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._starting = asyncio.Lock()
        #: number of the last fact that was heard
        self.seq = 0

    async def start(self) -> None:
        """Begin to follow from the journal's present head; once."""
        async with self._starting:
            if self._task is None:
                self.seq = await self._ledger.read(journal.head_seq, self._site)
                self._task = asyncio.create_task(self._follow())

    def stop(self) -> None:
        """End it."""
        if self._task is not None:
            self._task.cancel()
        self._bell.set()

    async def _follow(self) -> None:
        while True:
            try:
                async for entries in self._ledger.follow(self._site, self.seq):
                    self._take(entries)
            except Exception:
                log.exception("following the journal of site %d failed", self._site)
            await asyncio.sleep(RETRY_S)

    def _take(self, entries: list[Entry]) -> None:
        self.seq = entries[-1].seq
        self._kept.extend(_Kept(entry) for entry in entries)
        bell, self._bell = self._bell, asyncio.Event()
        bell.set()
        self._heard(self._site, entries)

    async def facts(
        self, after: int, encode: Callable[[Entry], bytes], beat_s: float
    ) -> AsyncGenerator[bytes, None]:
        """Encoded facts after a number, in chunks; b"" when nothing happened for `beat_s`.

        A number beyond the journal's head (its database was restored from a backup) raises
        `ValueError`.
        """
        await self.start()
        if after > self.seq:
            raise ValueError(self.seq)
        while True:
            bell = self._bell
            if after >= self.seq:
                try:
                    async with asyncio.timeout(beat_s):
                        await bell.wait()
                except TimeoutError:
                    yield b""
                if bell is self._bell and bell.is_set():
                    return
                continue
            if self._kept and self._kept[0].entry.seq <= after + 1:
                chunk = self._encoded(after, encode)
                after = self.seq
            else:
                entries = await self._ledger.read(journal.read, self._site, after, PAGE)
                chunk = b"".join(encode(entry) for entry in entries)
                after = entries[-1].seq if entries else self.seq
            yield chunk

    def _encoded(self, after: int, encode: Callable[[Entry], bytes]) -> bytes:
        """What is kept after a number; each fact is encoded by whoever wants it first."""
        parts: list[bytes] = []
        for kept in reversed(self._kept):
            if kept.entry.seq <= after:
                break
            if kept.data is None:
                kept.data = encode(kept.entry)
            parts.append(kept.data)
        parts.reverse()
        return b"".join(parts)
