"""A disk that fills in the middle of a batch loses nothing that was acknowledged.

SQLite ends the whole transaction when a page cannot be written; a savepoint opened after
that commits alone. The control is a writer that trusts its driver, as most do: it answers
commands that are not there.
"""

import asyncio
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from tests.store.acts import timers
from turnero.store import journal
from turnero.store.clock import SystemClock
from turnero.store.errors import Unavailable
from turnero.store.facts import Entry, Fact, register
from turnero.store.ids import SystemIds
from turnero.store.ledger import Ledger
from turnero.store.migrate import migrate
from turnero.store.sqlite import SqliteBackend, SqliteSession
from turnero.store.tx import Tx
from turnero.store.writer import Session, Writer

SIZE_KIB = 2048
#: enough for the schema and some batches, not for all
ACTS = 240
BATCH = 12


class Noted(Fact, frozen=True, tag="test-noted"):
    """A fact."""

    n: int


register(Noted)


class Note(msgspec.Struct, frozen=True):
    """Request of `note`."""

    n: int


def note(tx: Tx, request: Note) -> int:
    """Write one row and append one fact. A batch ends with a huge row and a light one.

    So it is the huge one that the disk has no room for, and what is given back then holds
    whatever is written after it.
    """
    weight = {BATCH - 2: 200_000, BATCH - 1: 10}.get(request.n % BATCH, 4_000)
    tx.timer("test", str(request.n), 0, "x" * weight)
    return tx.append(Noted(request.n))


class SmallCacheSession(SqliteSession):
    """A session whose cache spills within a batch, as a large batch's does."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._cursor.execute("PRAGMA cache_size=8")
        self._cursor.execute("PRAGMA cache_spill=1")


class TrustingSession(SmallCacheSession):
    """The control's session: begins and commits the way the driver does by itself."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._connection.isolation_level = "DEFERRED"

    def commit(self, entries: list[Entry]) -> None:
        self._connection.commit()


class TrustingWriter(Writer):
    """The control: no look whether the transaction is still open."""

    def still_open(self, session: Session) -> bool:
        return True


class Backend(SqliteBackend):
    """SQLite with the session under test."""

    def __init__(self, path: Path, session: type[SmallCacheSession]) -> None:
        super().__init__(path)
        self._session = session

    def open_session(self) -> SqliteSession:
        return self._session(self.path)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 2 MiB."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("needs root: mounts a small file system")
    folder = tmp_path / "small"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE_KIB}k", "none", folder], check=True)
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


async def _fill(path: Path, session: type[SmallCacheSession], writer: type[Writer]) -> set[int]:
    """Write until the disk is full; returns what was acknowledged."""
    migrate(f"sqlite:///{path}")
    ledger = Ledger(
        Backend(path, session), key=b"k" * 32, clock=SystemClock(), ids=SystemIds(), writer=writer
    )
    await ledger.start()
    acknowledged: set[int] = set()

    async def act(n: int) -> None:
        try:
            await ledger.run(note, Note(n), site=1, actor="user:1")
        except Unavailable:
            return
        acknowledged.add(n)

    for first in range(0, ACTS, BATCH):
        await asyncio.gather(*(act(n) for n in range(first, first + BATCH)))
    await ledger.stop()
    return acknowledged


async def _kept(path: Path) -> set[int]:
    """What a server that is started on a larger disk finds: its row and its fact."""
    ledger = Ledger(SqliteBackend(path), key=b"k" * 32, clock=SystemClock(), ids=SystemIds())
    await ledger.start()
    kept: set[int] = set()
    after = 0
    while entries := await ledger.read(journal.read, 1, after, 500):
        after = entries[-1].seq
        kept |= {entry.fact.n for entry in entries if isinstance(entry.fact, Noted)}
    kept &= {int(key) for _, key, _ in await ledger.read(timers)}
    await ledger.stop()
    return kept


def _empty(folder: Path) -> None:
    for file in folder.iterdir():
        file.unlink()


def _resize(folder: Path, size: str) -> None:
    subprocess.run(["mount", "-o", f"remount,size={size}", folder], check=True)


async def test_nothing_acknowledged_is_lost_and_the_chain_holds(small_disk: Path) -> None:
    path = small_disk / "turnero.db"
    acknowledged = await _fill(path, SmallCacheSession, Writer)
    assert 0 < len(acknowledged) < ACTS
    _resize(small_disk, "64m")
    assert await _kept(path) == acknowledged
    ledger = Ledger(SqliteBackend(path), key=b"k" * 32, clock=SystemClock(), ids=SystemIds())
    await ledger.start()
    assert (await ledger.read(journal.verify, 1, b"k" * 32)).broken_at is None
    assert await ledger.run(note, Note(BATCH - 1), site=1, actor="user:1") == len(acknowledged) + 1
    await ledger.stop()


async def test_control_a_writer_that_trusts_its_driver_loses_acknowledged_ones(
    small_disk: Path,
) -> None:
    # How much room is left decides which command the disk is too small for: ballast, until it
    # is the huge one.
    for ballast_kib in range(0, 440, 40):
        _resize(small_disk, f"{SIZE_KIB}k")
        (small_disk / "ballast").write_bytes(bytes(ballast_kib * 1024))
        path = small_disk / f"{ballast_kib}.db"
        acknowledged = await _fill(path, TrustingSession, TrustingWriter)
        _resize(small_disk, "64m")
        if acknowledged - await _kept(path):
            return
        _empty(small_disk)
    pytest.fail("nothing acknowledged was lost: this test proves nothing")


async def test_after_a_full_disk_the_ledger_says_so_and_refuses_at_once(small_disk: Path) -> None:
    path = small_disk / "turnero.db"
    migrate(f"sqlite:///{path}")
    ledger = Ledger(
        Backend(path, SmallCacheSession), key=b"k" * 32, clock=SystemClock(), ids=SystemIds()
    )
    said: list[str] = []
    ledger.on_broken.append(said.append)
    await ledger.start()

    async def fill() -> None:
        for n in range(ACTS):
            await ledger.run(note, Note(n), site=1, actor="user:1")

    with pytest.raises(Unavailable):
        await fill()
    await asyncio.sleep(0)
    with pytest.raises(Unavailable):
        await ledger.run(note, Note(BATCH - 1), site=1, actor="user:1")
    assert len(said) == 1
    assert "full" in said[0]
    assert ledger.broken == said[0]
    await ledger.stop()
