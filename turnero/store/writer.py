"""The writer: the thread that turns queued commands into committed transactions.

It drains what has queued up into one transaction (group commit), with a savepoint for each
command, and answers all of them only when the commit has returned. The two databases
differ only in their `Session`; everything else is here, once.
"""

import asyncio
import hashlib
import queue
import threading
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Protocol, get_type_hints

import msgspec
from sqlalchemy import bindparam, delete, insert, select, update

from turnero.store import journal
from turnero.store.clock import Clock
from turnero.store.errors import Invalid, TurneroError, Unavailable
from turnero.store.facts import Entry
from turnero.store.ids import Ids
from turnero.store.sql import Dialect, Statement
from turnero.store.tables import head as head_table
from turnero.store.tables import repeat
from turnero.store.tx import Cursor, Head, Tx

#: commands that share one transaction at most; bounds how long the first of them waits
BATCH = 256
#: how long a repeated act is recognised
REPEAT_MS = 48 * 3600 * 1000

HEAD = Statement(
    select(head_table.c.seq, head_table.c.mac, head_table.c.line_ms)
    .where(head_table.c.site == bindparam("site"))
    .with_for_update()
)
NEW_HEAD = Statement(insert(head_table))
SAVE_HEAD = Statement(
    update(head_table)
    .where(head_table.c.site == bindparam("b_site"))
    .values(seq=bindparam("b_seq"), mac=bindparam("b_mac"), line_ms=bindparam("b_line"))
)
_REPEATED = Statement(
    select(repeat.c.digest, repeat.c.reply).where(
        repeat.c.actor == bindparam("b_actor"), repeat.c.key == bindparam("b_key")
    )
)
_REMEMBER = Statement(insert(repeat))
_FORGET = Statement(delete(repeat).where(repeat.c.at_ms < bindparam("before")))


class Job:
    """One command on its way through the writer."""

    __slots__ = (
        "actor",
        "command",
        "digest",
        "entries",
        "error",
        "future",
        "key",
        "links",
        "loop",
        "request",
        "site",
        "timers_moved",
        "value",
        "view",
    )

    def __init__(
        self,
        command: Callable[[Tx, Any], Any],
        request: object,
        site: int,
        actor: str,
        key: str | None,
        view: Callable[[Tx, Any], Any] | None,
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        self.command = command
        self.request = request
        self.site = site
        self.actor = actor
        self.key = key
        self.view = view
        self.loop = loop
        self.future: asyncio.Future[Any] = loop.create_future()
        self.value: Any = None
        self.error: BaseException | None = None
        self.entries: list[Entry] = []
        #: the entries as rows of the journal
        self.links: list[dict[str, Any]] = []
        self.timers_moved = False


class Session(Protocol):
    """One write connection. `broken` is set once nothing more may be written through it."""

    dialect: Dialect

    def begin(self) -> Cursor:
        """Open a write transaction."""
        ...

    def in_transaction(self) -> bool:
        """Whether that transaction is still open: a full disk can end it behind our back."""
        ...

    def lost(self) -> bool:
        """Whether the connection to a database server is gone, and its transaction with it."""
        ...

    def commit(self, entries: list[Entry]) -> None:
        """Commit, with whatever signal this database gives other processes about the facts."""
        ...

    def rollback(self) -> None:
        """Give the transaction up; must not raise."""
        ...

    def heads(self, cursor: Cursor, site: int) -> Head:
        """The site's head, locked for this transaction."""
        ...

    def told(self, error: Exception) -> Exception:
        """What whoever asked is told of an error: `Unavailable` where the database could not, `Refused`
        where it holds no such value, else the error itself: a rule's, or a bug.
        """
        ...

    def close(self) -> None:
        """Close the connection."""
        ...


def digest(command: Callable[..., Any], site: int, request: object) -> bytes:
    """What an idempotency key is bound to: the command, the site and the whole request."""
    name = f"{command.__module__}.{command.__qualname__}\n{site}\n".encode()
    return hashlib.sha256(name + msgspec.json.encode(request)).digest()


class Writer(threading.Thread):
    """The thread that owns a `Session`: takes jobs, commits them in groups, reports each group."""

    def __init__(
        self,
        name: str,
        open_session: Callable[[], Session],
        *,
        key: bytes,
        clock: Clock,
        ids: Ids,
        done: Callable[[list[Job]], None],
        broken: Callable[[str], None],
    ) -> None:
        super().__init__(name=name, daemon=True)
        self._open_session = open_session
        self._key = key
        self._clock = clock
        self._ids = ids
        self._done = done
        self._broken = broken
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        #: submitted in this turn of the loop
        self._collected: list[Job] = []
        self._failed: str | None = None

    def submit(self, job: Job) -> None:
        """Queue a job; its future is answered after the commit that holds it. On the job's loop.

        What comes in one turn of the loop is handed over together: at 64 clients half the
        commits, and the two threads contend less for the interpreter.
        """
        self._collected.append(job)
        if len(self._collected) == 1:
            job.loop.call_soon(self._hand_over)

    def _hand_over(self) -> None:
        collected, self._collected = self._collected, []
        for job in collected:
            self._jobs.put(job)

    def stop(self) -> None:
        """Finish what is queued, close the connection and end. On the jobs' loop."""
        self._hand_over()
        self._jobs.put(None)

    def run(self) -> None:
        """The thread's life."""
        session: Session | None = None
        while True:
            first = self._jobs.get()
            jobs: list[Job] = [] if first is None else [first]
            ending = first is None
            while not ending and len(jobs) < BATCH:
                try:
                    more = self._jobs.get_nowait()
                except queue.Empty:
                    break
                if more is None:
                    ending = True
                else:
                    jobs.append(more)
            if jobs:
                session = self._write(session, jobs)
                self._done(jobs)
            if ending:
                if session is not None:
                    session.close()
                return

    def _write(self, session: Session | None, jobs: list[Job]) -> Session | None:
        """One transaction for these jobs. Either all that succeeded are kept, or none is."""
        if self._failed is not None:
            _refuse(jobs, self._failed)
            return session
        try:
            if session is None:
                session = self._open_session()
            cursor = session.begin()
        except Exception as error:  # noqa: BLE001 - a lock, a lost connection: the next may succeed
            # Nothing was begun, so nothing is in doubt: only this group is refused.
            _give_up(session, jobs, f"{type(error).__name__}: {error}")
            return None
        try:
            self._run_all(session, cursor, jobs)
        except Exception as error:  # noqa: BLE001 - whatever it was, nobody may be told that it was kept
            why = f"{type(error).__name__}: {error}"
            if session.lost():
                # The server gave the transaction up with the connection, before any COMMIT was sent.
                _give_up(session, jobs, why)
                return None
            self._fail(session, jobs, why)
            return session
        try:
            session.commit([entry for job in jobs for entry in job.entries])
        except Exception as error:  # noqa: BLE001 - kept or not, nobody here can know
            self._fail(session, jobs, f"{type(error).__name__}: {error}")
        return session

    def _run_all(self, session: Session, cursor: Cursor, jobs: list[Job]) -> None:
        """The commands in their order, then all their facts, and where each site's journal is now."""
        heads: dict[int, Head] = {}
        for job in jobs:
            self._one(session, cursor, heads, job)
            if not self.still_open(session):
                # Everything before this command went with it: running on would commit
                # later commands alone and answer earlier ones that are not there.
                raise TurneroError(
                    f"the database ended the transaction: {job.error or 'no reason given'}"
                )
        links = [link for job in jobs for link in job.links]
        if links:
            plan = journal.APPEND.plan(session.dialect)
            cursor.executemany(plan.sql, [plan.bind(link) for link in links])
        for site, at in heads.items():
            plan = SAVE_HEAD.plan(session.dialect)
            cursor.execute(
                plan.sql,
                plan.bind({"b_site": site, "b_seq": at.seq, "b_mac": at.mac, "b_line": at.line_ms}),
            )

    def still_open(self, session: Session) -> bool:
        """The check after each command; the fault tests show what is lost without it."""
        return session.in_transaction()

    def _fail(self, session: Session | None, jobs: list[Job], why: str) -> None:
        if session is not None:
            session.rollback()
        self._failed = why
        _refuse(jobs, why)
        self._broken(why)

    def _one(self, session: Session, cursor: Cursor, heads: dict[int, Head], job: Job) -> None:
        """Run one job in its savepoint; its outcome waits in the job for the commit."""
        try:
            at = heads.get(job.site)
            if at is None:
                at = heads[job.site] = session.heads(cursor, job.site)
            before = at.copy()
            cursor.execute("SAVEPOINT one")
        except Exception as error:  # noqa: BLE001 - see _write
            job.error = error
            return
        tx = Tx(
            cursor,
            session.dialect,
            at,
            self._key,
            site=job.site,
            actor=job.actor,
            now_ms=self._clock.now_ms(),
            line_ms=self._clock.line_ms(),
            ids=self._ids,
        )
        try:
            result = self._once(tx, job) if job.key is not None else job.command(tx, job.request)
            job.value = job.view(tx, result) if job.view is not None else result
            cursor.execute("RELEASE SAVEPOINT one")
        except Exception as error:  # noqa: BLE001 - handed to whoever asked
            job.error = session.told(error)
            # Tried whatever state the transaction seems to be in: after a broken constraint
            # PostgreSQL refuses all but this, and this makes it whole again.
            try:
                cursor.execute("ROLLBACK TO SAVEPOINT one")
                cursor.execute("RELEASE SAVEPOINT one")
            except Exception as again:  # noqa: BLE001 - the check after the command sees it
                job.error = Unavailable(f"{error}; {again}")
            heads[job.site] = before
            return
        job.entries, job.links = tx.entries, tx.links
        job.timers_moved = tx.timers_moved

    def _once(self, tx: Tx, job: Job) -> Any:
        """Answer a repeated act from what was answered then; remember a new one."""
        wanted = digest(job.command, job.site, job.request)
        known = tx.row(_REPEATED, b_actor=job.actor, b_key=job.key)
        if known is not None:
            if bytes(known.digest) != wanted:
                raise Invalid("key-reused")
            return msgspec.json.decode(bytes(known.reply), type=_reply_type(job.command))
        result = job.command(tx, job.request)
        tx.run(
            _REMEMBER,
            actor=job.actor,
            key=job.key,
            digest=wanted,
            reply=msgspec.json.encode(result),
            at_ms=tx.now_ms,
        )
        return result


@lru_cache
def _reply_type(command: Callable[..., Any]) -> Any:
    return get_type_hints(command).get("return", Any)


def _give_up(session: Session | None, jobs: list[Job], why: str) -> None:
    """Refuse a group of which nothing can have been kept; the next one opens a connection."""
    _refuse(jobs, why)
    if session is not None:
        session.rollback()
        session.close()


def _refuse(jobs: list[Job], why: str) -> None:
    for job in jobs:
        job.error = Unavailable(why)
        job.entries = []
        job.links = []
        job.timers_moved = False


def forget_repeats(tx: Tx, _request: None) -> int:
    """Command: drop idempotency records older than 48 hours; returns how many."""
    return tx.run(_FORGET, before=tx.now_ms - REPEAT_MS)


def settle(jobs: list[Job]) -> None:
    """Answer jobs on their own loops, one wake-up a loop."""
    loops: dict[asyncio.AbstractEventLoop, list[Job]] = {}
    for job in jobs:
        loops.setdefault(job.loop, []).append(job)
    for loop, own in loops.items():
        try:
            loop.call_soon_threadsafe(_answer, own)
        except RuntimeError as error:
            if not loop.is_closed():
                raise TurneroError(str(error)) from error


def _answer(jobs: list[Job]) -> None:
    for job in jobs:
        if job.future.done():
            continue  # whoever asked has gone away; the command stands
        if job.error is not None:
            job.future.set_exception(job.error)
        else:
            job.future.set_result(job.value)
