"""Two servers behind one database, one of which dies or is stopped while it dials; a program.

    python -m tests.faults.telephone_pairs FOLDER WHAT=DATABASE …

For each it forks an exchange and both servers: A dials until it is "killed" while the patient's
telephone rings, or stops itself (SIGSTOP, "paused") between the commit of a patient's leg and the
word to the exchange. B has the desk at which an agent works, dials once A is silent, and wakes A
while the patient is on the telephone with it. A line of JSON says what was seen. "unguarded" is
paused, and believes in its lease for ever.
"""

import argparse
import asyncio
import json
import os
import signal
import time
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from tests.faults.telephone_lives import Morning
from tests.faults.telephone_worlds import Simulated, forked, log_aside
from tests.telephony.room import CALLING, Room
from turnero.queue.call_facts import CallbackJoined, LegDialled
from turnero.queue.commands import dialling
from turnero.queue.reads import callbacks as reads
from turnero.queue.timers import TIMERS
from turnero.store.errors import TurneroError
from turnero.store.opening import open_store
from turnero.store.timers import Timers
from turnero.telephony.service import Telephone

SITE = (
    CALLING.replace('phone = "desk2"', "")
    + "\n[callbacks]\nbusy_minutes = 1\nnotice = false\nring_s = 25\n"
)
#: takes 20 seconds to answer, in which B takes over; answers soon. Both press 1
SLOW, SOON = "987654315", "987654301"
#: seconds of the wall
LIMIT_S = 60.0
#: seconds of the wall that A has for what it was about to do, once it is woken
WOKEN_S = 1.5
#: ten times as fast as the wall: a lease lasts 1.5 s, the pause after something unknown 6 s
WORLD = Simulated(speed=10)


class Server:
    """What both are: the line and the one who dials, on the same database and exchange."""

    def __init__(self, name: str, folder: Path, database: str, clock: Morning) -> None:
        self.ledger = open_store(folder, database, clock=clock).ledger
        exchange = WORLD.exchange(folder, clock)
        self.room = Room(self.ledger, clock, folder, exchange)  # type: ignore[arg-type]
        self.room.telephone = Telephone(self.ledger, exchange, self.room.vault, holder=name)
        self._timers = Timers(self.ledger, TIMERS, lambda _kind, _error: None)

    async def __aenter__(self) -> Room:
        await self.ledger.start()
        self._timers.start()
        return self.room

    async def __aexit__(self, *_: object) -> None:
        await self._timers.stop()
        await self.room.stops()
        await self.ledger.stop()


class Pair(NamedTuple):
    """What both know."""

    what: str
    folder: Path
    database: str
    clock: Morning

    @property
    def asked(self) -> Path:
        """The ticket, and A's process, once it dials."""
        return self.folder / "asked.json"

    def server(self, name: str) -> Server:
        """One of them."""
        return Server(name, self.folder, self.database, self.clock)


async def first(given: Pair) -> None:
    """A: opens the day, and dials until it is stopped."""
    async with given.server("a") as room:
        await room.load(SITE)
        await room.open("v1")
        if given.what == "unguarded":
            room.telephone.dialler._surely = lambda: True
        run = room.ledger.run

        async def stopping(command: Any, *args: Any, **more: Any) -> Any:
            found = await run(command, *args, **more)
            if command is dialling.dial_patient and given.what != "killed":
                os.kill(os.getpid(), signal.SIGSTOP)
            return found

        room.ledger.run = stopping  # type: ignore[method-assign]
        room.dials()
        while (now := await room.read(reads.dialling_now)) is None or not now.open:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        asked = await room.ask(SLOW if given.what == "killed" else SOON)
        given.asked.with_suffix(".new").write_text(json.dumps([asked.ticket, os.getpid()]))
        given.asked.with_suffix(".new").rename(given.asked)
        await asyncio.sleep(2 * LIMIT_S)


async def second(given: Pair) -> dict[str, Any]:
    """B: has the agent, and dials once A is silent."""
    while not given.asked.exists():  # noqa: ASYNC110 - a file of another process
        await asyncio.sleep(0.02)
    ticket, other = json.loads(given.asked.read_text())
    async with given.server("b") as room:
        room.dials()
        await works(room, ticket, other, given.what)
        work = await room.read(reads.work)
        now = await room.read(reads.dialling_now)
        assert now is not None
        return {
            "what": given.what,
            "state": await room.state(ticket),
            "joined": len(await room.facts(CallbackJoined)),
            "written": (await room.said(LegDialled, "side")).count("patient"),
            "open": len(work.legs),
            "leads": [now.holder, now.epoch],
            **await WORLD.seen(room.exchange),
        }


async def works(room: Room, ticket: str, other: int, what: str) -> None:
    """The agent: next, and finish once they have spoken; then all telephones are put down."""
    ends = time.monotonic() + LIMIT_S
    done_to = 0.0
    while time.monotonic() < ends:
        await asyncio.sleep(0.03)
        try:
            serving = (await room.desk("v1")).serving
            if serving is None:
                if await room.state(ticket) == "finished":
                    if not (await room.read(reads.work)).legs:
                        return
                else:
                    await room.next("v1")
                continue
            found = await room.callback(ticket)
            patient = {leg.stage for leg in found.legs if leg.side == "patient"}
            if not done_to and patient & {"ringing", "up"}:
                os.kill(other, signal.SIGKILL if what == "killed" else signal.SIGCONT)
                done_to = time.monotonic()
            spoken = found.stage in {"talking", "wrap-up"}
            if spoken and time.monotonic() - done_to > WOKEN_S:
                await room.finish(ticket)
        except TurneroError:
            continue


def pair(what: str, folder: Path, database: str) -> None:
    """One of each."""
    folder.mkdir(mode=0o700)
    given = Pair(what, folder, database, Morning(time.time(), WORLD.speed))
    end = WORLD.begin(folder, 0)
    a = forked(lambda: asyncio.run(first(given)))
    b = forked(lambda: print(json.dumps(asyncio.run(second(given))), flush=True))
    try:
        os.waitpid(b, 0)
    finally:
        os.kill(a, signal.SIGKILL)
        os.waitpid(a, 0)
        end()


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("pairs", nargs="+", help="what=database")
    given = parser.parse_args()
    log_aside()
    pairs = []
    for one in given.pairs:
        what, _, database = one.partition("=")
        pairs.append(forked(partial(pair, what, given.folder / what, database)))
    for one in pairs:
        os.waitpid(one, 0)


if __name__ == "__main__":
    main()
