"""The ledger: the one way to write, and the one way to read.

Commands go in by `run` and are answered after COMMIT; reads run on a short read-only
snapshot; `follow` tells what has been committed. Which database is behind it is the
`Backend`'s business.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any, Protocol, TypeVar, overload

from turnero.store.clock import Clock
from turnero.store.errors import Unavailable
from turnero.store.facts import Entry
from turnero.store.follow import Hub
from turnero.store.ids import Ids
from turnero.store.readers import Reader
from turnero.store.sql import Dialect
from turnero.store.tx import Tx
from turnero.store.writer import Job, Session, Writer, settle

Req = TypeVar("Req")
Res = TypeVar("Res")
V = TypeVar("V")


class Backend(Protocol):
    """What one kind of database gives the ledger."""

    dialect: Dialect
    #: whether no other process can write to this database
    alone: bool

    def writer_name(self, site: int) -> str:
        """Which writer thread serves a site: one for all on SQLite, one each on PostgreSQL."""
        ...

    def open_session(self) -> Session:
        """A new write connection; called in the writer's thread."""
        ...

    def reader(self) -> Reader:
        """What reads, read-only and never in a transaction for long."""
        ...

    async def listen(self, heard: Callable[[int], None]) -> None:
        """Call `heard(site)` when another process may have committed there; returns when cancelled."""
        ...


class Ledger:
    """See the module's text. Start it on the loop that will use it, and stop it there."""

    def __init__(
        self,
        backend: Backend,
        *,
        key: bytes,
        clock: Clock,
        ids: Ids,
        writer: type[Writer] = Writer,
    ) -> None:
        self.backend = backend
        #: the journal's HMAC key
        self.key = key
        self.clock = clock
        self.ids = ids
        self.hub = Hub(self)
        #: why nothing can be written any more, or None
        self.broken: str | None = None
        #: called once, on the loop, when writing has become impossible
        self.on_broken: list[Callable[[str], None]] = []
        #: called on the loop when a timer was set or moved
        self.on_timers: list[Callable[[], None]] = []
        self._writer_class = writer
        self._writers: dict[str, Writer] = {}
        self._reader: Reader | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._listener: asyncio.Task[None] | None = None
        self._stopped = False

    async def start(self) -> None:
        """Bind to the running loop and begin listening for other processes."""
        self._loop = asyncio.get_running_loop()
        self._reader = self.backend.reader()
        await self._reader.open()
        self._listener = asyncio.create_task(
            self.backend.listen(self.hub.heard), name="store-listen"
        )

    async def stop(self) -> None:
        """Finish what is queued, then close everything."""
        self._stopped = True
        if self._listener is not None:
            self._listener.cancel()
            await asyncio.gather(self._listener, return_exceptions=True)
        for writer in self._writers.values():
            writer.stop()
        for writer in self._writers.values():
            await asyncio.to_thread(writer.join)
        self.hub.close()
        if self._reader is not None:
            await self._reader.close()

    @overload
    async def run(
        self,
        command: Callable[[Tx, Req], Res],
        request: Req,
        *,
        site: int,
        actor: str,
        key: str | None = None,
        view: None = None,
    ) -> Res: ...

    @overload
    async def run(
        self,
        command: Callable[[Tx, Req], Res],
        request: Req,
        *,
        site: int,
        actor: str,
        key: str | None = None,
        view: Callable[[Tx, Res], V],
    ) -> V: ...

    async def run(
        self,
        command: Callable[[Tx, Req], Any],
        request: Req,
        *,
        site: int,
        actor: str,
        key: str | None = None,
        view: Callable[[Tx, Any], Any] | None = None,
    ) -> Any:
        """Run a command; returns after COMMIT, its result or what `view` makes of it.

        `key` is an idempotency key, scoped to the actor: the same act again returns what
        it returned then, another act under the same key is `Invalid("key-reused")`.
        `view(tx, result)` reads in the same transaction, also when the act is a repeat.
        Raises what the command raised (nothing changed then), or `Unavailable`.
        """
        if self._loop is None or self._stopped:
            raise Unavailable("the ledger is not running")
        if self.broken is not None:
            raise Unavailable(self.broken)
        job = Job(command, request, site, actor, key, view, self._loop)
        self._writer(site).submit(job)
        # A client that hangs up takes back its question, never a command under way: the writer
        # does not look at the future.
        return await job.future

    async def read(self, function: Callable[..., V], /, *args: Any) -> V:
        """Run `function(q, *args)` on one consistent, read-only snapshot."""
        if self._reader is None:
            raise Unavailable("the ledger is not running")
        return await self._reader.read(function, args)

    def follow(self, site: int, after: int) -> AsyncIterator[list[Entry]]:
        """Facts of a site after a number: history first, then each as it is committed, none skipped."""
        return self.hub.follow(site, after)

    def _writer(self, site: int) -> Writer:
        name = self.backend.writer_name(site)
        writer = self._writers.get(name)
        if writer is None:
            writer = self._writers[name] = self._writer_class(
                name,
                self.backend.open_session,
                key=self.key,
                clock=self.clock,
                ids=self.ids,
                done=self._done,
                broken=self._broke,
            )
            writer.start()
        return writer

    def _done(self, jobs: list[Job]) -> None:
        """In the writer's thread, after a commit: tell followers, then answer."""
        entries = [entry for job in jobs for entry in job.entries]
        moved = any(job.timers_moved for job in jobs)
        loop = self._loop
        if loop is not None and not loop.is_closed():
            if entries or moved:
                loop.call_soon_threadsafe(self._publish, entries, moved)
            settle(jobs)

    def _publish(self, entries: list[Entry], moved: bool) -> None:  # noqa: FBT001
        self.hub.publish(entries)
        if moved:
            for call in self.on_timers:
                call()

    def _broke(self, why: str) -> None:
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._say_broken, why)

    def _say_broken(self, why: str) -> None:
        if self.broken is None:
            self.broken = why
            for call in self.on_broken:
                call(why)
