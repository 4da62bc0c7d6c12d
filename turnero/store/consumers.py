"""Consumers: work that follows from facts, such as print jobs.

A consumer's cursor and what it writes about a fact are one transaction, so after a crash
each fact has either been dealt with, once, or will be.
"""

import asyncio
from collections.abc import Callable
from typing import NamedTuple

import msgspec
from sqlalchemy import bindparam, insert, select, update

from turnero.store import journal
from turnero.store.errors import TurneroError, Unavailable
from turnero.store.facts import Entry
from turnero.store.ledger import Ledger
from turnero.store.sql import Query, Statement
from turnero.store.tables import cursor
from turnero.store.tx import Tx

_AT = Statement(
    select(cursor.c.seq).where(
        cursor.c.name == bindparam("name"), cursor.c.site == bindparam("site")
    )
)
_MOVE = Statement(
    update(cursor)
    .where(cursor.c.name == bindparam("b_name"), cursor.c.site == bindparam("b_site"))
    .values(seq=bindparam("b_seq"))
)
_NEW = Statement(insert(cursor))

#: facts dealt with in one transaction at most
PAGE = 200
#: times that a fact is tried by itself before it is passed over
TRIES = 5
#: seconds between tries; doubled while a fact goes on failing
PAUSE_S = 1.0
LONGEST_PAUSE_S = 60.0


def _always(_q: Query, _site: int) -> bool:
    return True


class Consumer(NamedTuple):
    """`handle(tx, entry)` is called for each fact of these kinds, in order, within a command.

    Where `wanted(q, site)` says no, facts wait for it, and are passed over in large steps: a
    site that has no use for a consumer pays no commit for each fact.
    """

    name: str
    kinds: frozenset[str]
    handle: Callable[[Tx, Entry], None]
    wanted: Callable[[Query, int], bool] = _always


class Step(msgspec.Struct, frozen=True):
    """How far one transaction brought a consumer: the new cursor, and whether more waits."""

    seq: int
    more: bool


class Consumers:
    """Runs consumers over all sites of a ledger until stopped."""

    def __init__(
        self, ledger: Ledger, consumers: list[Consumer], failed: Callable[[str, Exception], None]
    ) -> None:
        self._ledger = ledger
        self._consumers = consumers
        self._failed = failed
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin, catching up from each cursor."""
        for consumer in self._consumers:
            name = f"consumer-{consumer.name}"
            self._tasks.append(asyncio.create_task(self._run(consumer), name=name))

    async def stop(self) -> None:
        """End; what is under way is finished by the ledger."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _run(self, consumer: Consumer) -> None:
        """Each site in a task of its own: what fails at one does not hold up the others."""
        changes = self._ledger.hub.changes()
        waiting = asyncio.ensure_future(anext(changes))
        bells: dict[int, asyncio.Event] = {}
        tasks: list[asyncio.Task[None]] = []
        try:
            todo = set(await self._sites(consumer))
            while True:
                for site in todo:
                    if site not in bells:
                        bells[site] = asyncio.Event()
                        tasks.append(asyncio.create_task(self._follow(consumer, site, bells[site])))
                    bells[site].set()
                todo = set(await asyncio.shield(waiting))
                waiting = asyncio.ensure_future(anext(changes))
        except StopAsyncIteration:
            return
        finally:
            waiting.cancel()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _sites(self, consumer: Consumer) -> list[int]:
        await asyncio.sleep(0)  # listening first: a site that is new meanwhile is heard of
        while True:
            try:
                return await self._ledger.read(journal.sites)
            except TurneroError as error:
                self._failed(consumer.name, error)
                await asyncio.sleep(PAUSE_S)

    async def _follow(self, consumer: Consumer, site: int, bell: asyncio.Event) -> None:
        passed = 0
        while True:
            await bell.wait()
            bell.clear()
            passed = await self._catch_up(consumer, site, passed)

    async def _catch_up(self, consumer: Consumer, site: int, passed: int = 0) -> int:
        """Deal with what there is. A database that is away is waited for; a fact that cannot be
        dealt with is tried by itself some times, then passed over and told.

        `passed` is the last fact that was looked at and not wanted; returned as it is then.
        """
        tries, most = 0, PAGE
        while True:
            try:
                found = await self._ledger.read(_look, consumer, site, passed)
                # Wanted again: those that wait between the cursor and there come first.
                passed = 0 if found.wanted else found.seq
                if not found.wanted and found.seq - found.at < PAGE:
                    return passed
                step = (
                    _step(consumer, most, skip=tries >= TRIES)
                    if found.wanted
                    else _pass_over(consumer, found)
                )
                actor = f"consumer:{consumer.name}"
                done = await self._ledger.run(step, None, site=site, actor=actor)
                tries = 0
                if not done.more:
                    return passed
            except Unavailable as error:
                self._failed(consumer.name, error)
                if self._ledger.broken is not None:
                    return passed
                await asyncio.sleep(PAUSE_S)
            except Exception as error:  # noqa: BLE001 - one bad fact must not stop the others' work for good
                self._failed(consumer.name, error)
                tries, most = tries + 1, 1  # the facts before the bad one are dealt with
                await asyncio.sleep(min(PAUSE_S * 2 ** (tries - 1), LONGEST_PAUSE_S))


def _cursor(q: Query, name: str, site: int) -> int:
    row = q.row(_AT, name=name, site=site)
    return row.seq if row else 0


class _Found(NamedTuple):
    """What a consumer sees at a site."""

    #: its cursor
    at: int
    #: the last fact that it looked at
    seq: int
    #: whether there may be more
    more: bool
    wanted: bool


def _look(q: Query, consumer: Consumer, site: int, passed: int) -> _Found:
    """Everything in one read: a follower is woken by each commit, and every read is a hop."""
    at = _cursor(q, consumer.name, site)
    entries = journal.read(q, site, max(at, passed), PAGE)
    wanted = any(entry.kind in consumer.kinds for entry in entries) and consumer.wanted(q, site)
    seq = entries[-1].seq if entries else max(at, passed)
    return _Found(at, seq, len(entries) == PAGE, wanted)


def _pass_over(consumer: Consumer, found: _Found) -> Callable[[Tx, None], Step]:
    def step(tx: Tx, _request: None) -> Step:
        if _cursor(tx, consumer.name, tx.site) < found.seq:
            _move(tx, consumer.name, found.seq)
        return Step(found.seq, more=found.more)

    return step


def _step(consumer: Consumer, most: int, *, skip: bool) -> Callable[[Tx, None], Step]:
    def step(tx: Tx, _request: None) -> Step:
        after = _cursor(tx, consumer.name, tx.site)
        entries = journal.read(tx, tx.site, after, most)
        for entry in entries:
            if entry.kind in consumer.kinds and not skip:
                consumer.handle(tx, entry)
        if not entries:
            return Step(after, more=False)
        seq = entries[-1].seq
        _move(tx, consumer.name, seq)
        return Step(seq, more=len(entries) == most)

    return step


def _move(tx: Tx, name: str, seq: int) -> None:
    if not tx.run(_MOVE, b_name=name, b_site=tx.site, b_seq=seq):
        tx.run(_NEW, name=name, site=tx.site, seq=seq)
