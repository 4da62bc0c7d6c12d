"""One callback's life after another, each killed at another point; a program of its own.

    python -m tests.faults.telephone_lives FOLDER [--points 1,2,3] [--racy] [--asterisk URL …]

It imports everything once and forks: an exchange, a process of ours that kills itself with
SIGKILL at its n-th act (before or after a commit or a word to the exchange) or at an act of that
name, and another that goes on from what is on the disk. A line of JSON for each point says what
was seen. With `--asterisk` it is a real one that runs already, with its telephones around it.
"""

import argparse
import asyncio
import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import bindparam, select

from tests.faults.telephone_worlds import Real, Simulated, World, forked, log_aside
from tests.peers.stores import put_database
from tests.queue.hall import MORNING_MS
from tests.telephony.room import Room
from turnero.queue.call_facts import CallbackEnded, CallbackJoined, LegDialled
from turnero.queue.call_requests import DialPatient
from turnero.queue.commands import dialling, leading
from turnero.queue.facts import TicketCalled
from turnero.queue.reads import callbacks as reads
from turnero.queue.reads.callbacks import OpenLeg, Wanting
from turnero.queue.tables import ticket
from turnero.queue.timers import TIMERS
from turnero.store.errors import TurneroError
from turnero.store.opening import open_store
from turnero.store.sql import Statement
from turnero.store.timers import Timers
from turnero.telephony import lease
from turnero.telephony.dialler import Dialler
from turnero.telephony.exchange import Gather, Leg, Phone

#: commands that come as often as time has it, and are no point
UNCOUNTED = {
    *("lead", "opened", "call_next", "ring_again", "hours_end", "ask_left_over"),
    "forget_repeats",
}
_RANKS = Statement(
    select(ticket.c.rank_ms, ticket.c.rank_seq).where(ticket.c.id == bindparam("id"))
)


class Morning:
    """A Monday morning in Lima that began with the point, and goes on after a death."""

    def __init__(self, began: float, speed: int) -> None:
        self._began = began
        self._speed = speed

    def now_ms(self) -> int:
        """See `Clock.now_ms`."""
        return MORNING_MS + round((time.time() - self._began) * 1000 * self._speed)

    def line_ms(self) -> int:
        """See `Clock.line_ms`."""
        return self.now_ms()

    async def sleep(self, seconds: float) -> None:
        """See `Clock.sleep`."""
        await asyncio.sleep(seconds / self._speed)


class Points:
    """Counts acts, and dies at one of them: the n-th, or the first of that name."""

    def __init__(self, at: int | str) -> None:
        self.at = at
        self.n = 0

    def passed(self, what: str) -> None:
        """One more; SIGKILL if it is the one."""
        self.n += 1
        self.reached(self.n, what)
        self.reached(what, what)

    def reached(self, point: int | str, what: str) -> None:
        """SIGKILL if it is the one."""
        if point == self.at:
            print(json.dumps({"at": self.at, "died": what}), flush=True)
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The same function, counted before and after."""

        async def counted(*args: Any, **more: Any) -> Any:
            what = name
            if name == "run":
                what = getattr(args[0], "__name__", "?")
                if what in UNCOUNTED:
                    return await function(*args, **more)
            elif isinstance(args[0], Leg) and isinstance(args[0].to, Phone):
                what = "place patient"
            elif isinstance(args[-1], Gather):
                what = "question"
            self.passed(f"before {what}")
            found = await function(*args, **more)
            self.passed(f"after {what}")
            return found

        return counted


class Racy(Dialler):
    """The mutant: rings first, and writes it down afterwards."""

    late_s = 0.0

    async def _ring_patient(self, one: Wanting, desk: OpenLeg | None) -> None:
        number = await self._numbers(one.site, one.phone)
        assert number is not None
        with self._new_leg() as leg_id:
            await self._exchange.place(Leg(leg_id, number, 10))
            await asyncio.sleep(self.late_s)
            asked = DialPatient(one.id, leg_id, self._epoch)
            await self._run(dialling.dial_patient, asked, one.site)
            self._known.add(leg_id)
            await self._tell(leg_id, "placed", site=one.site)


async def life(
    world: World, folder: Path, clock: Morning, points: Points, *, racy: bool
) -> dict[str, Any]:
    """Run until all callbacks are over and nothing rings; what was seen."""
    store = open_store(folder, None, clock=clock)
    ledger = store.ledger
    await ledger.start()
    exchange = world.exchange(folder, clock)
    room = Room(ledger, clock, folder, exchange)  # type: ignore[arg-type]
    first = not (folder / "asked.json").exists()
    if first:
        await room.load(world.site)
        await room.open("v1")
        tickets = [(await room.ask(world.numbers[0])).ticket]
        tickets.append(await room.take("caja"))
        tickets += [(await room.ask(one)).ticket for one in world.numbers[1:]]
        ranks = [list(row) for one in tickets for row in await room.rows(_RANKS, id=one)]
        (folder / "asked.json").write_text(json.dumps([tickets, ranks]))
    if racy:
        room.telephone.dialler.__class__ = Racy
        Racy.late_s = world.late_s
    if points.at:
        ledger.run = points.around("run", ledger.run)  # type: ignore[method-assign]
        for name in ("place", "join", "hangup", "prompt", "lookup"):
            setattr(exchange, name, points.around(name, getattr(exchange, name)))
    room.dials()
    timers = Timers(ledger, TIMERS, lambda _kind, _error: None)
    timers.start()
    try:
        asked = json.loads((folder / "asked.json").read_text())
        return await _until_over(world, room, points, asked)
    finally:
        await timers.stop()
        await room.stops()
        await ledger.stop()


async def _until_over(world: World, room: Room, points: Points, asked: Any) -> dict[str, Any]:
    tickets, ranks = asked
    until = time.monotonic() + world.limit_s
    while time.monotonic() < until:
        await asyncio.sleep(0.05)
        try:
            await _agent(room, points)
        except TurneroError:
            continue
        work = await room.read(reads.work)
        over = [await room.state(one) for one in tickets]
        if not work.legs and set(over) <= {"finished", "no-show", "cancelled"}:
            break
    now = [list(row) for one in tickets for row in await room.rows(_RANKS, id=one)]
    called = [fact.ticket for fact in await room.facts(TicketCalled)]
    return {
        "states": [await room.state(one) for one in tickets],
        "ends": await room.said(CallbackEnded, "how"),
        "joined": len(await room.facts(CallbackJoined)),
        "place_kept": now == ranks,
        "first_called": tickets.index(called[0]) if called else None,
        "written": (await room.said(LegDialled, "side")).count("patient"),
        **await world.seen(room.exchange),
    }


async def _open(room: Room) -> bool:
    now = await room.read(reads.dialling_now)
    return now is not None and now.open


async def _agent(room: Room, points: Points) -> None:
    """Presses next when free, and finish when the conversation is over or has lasted."""
    view = await room.desk("v1")
    serving = view.serving
    if serving is None:
        if await _open(room):  # while nobody can be rung, who walked in is next
            await room.next("v1")
        return
    found = await room.read(reads.of_ticket, serving.ticket)
    for leg in found.legs if found is not None else ():
        points.reached(f"{leg.side} {leg.stage}", f"{leg.side} {leg.stage}")
    if found is None and serving.state == "called":
        await room.finish(serving.ticket)  # who walked in
    elif found is not None and found.stage in {"talking", "wrap-up"}:
        points.reached(found.stage, found.stage)
        await asyncio.sleep(0.1)
        await room.finish(serving.ticket)


def _one(world: World, folder: Path, at: int | str, *, racy: bool) -> None:
    """One point: an exchange, a life that dies, and one that goes on."""
    put_database(folder)
    clock = Morning(time.time(), world.speed)
    end = world.begin(folder, at if isinstance(at, int) else 0)

    def ours(points: Points) -> Callable[[], None]:
        def live() -> None:
            seen = asyncio.run(life(world, folder, clock, points, racy=racy))
            print(json.dumps({"at": at, "acts": points.n, **seen}), flush=True)

        return live

    killed = 0
    if at:
        _, status = os.waitpid(forked(ours(Points(at))), 0)
        killed = int(os.WIFSIGNALED(status))
    if killed or not at:
        os.waitpid(forked(ours(Points(0 if at else 10**9))), 0)
    end()


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--points", default="0")
    parser.add_argument("--racy", action="store_true")
    parser.add_argument("--asterisk", help="where its ARI is")
    parser.add_argument("--numbers", default="", help="one for each point, of its telephones")
    parser.add_argument("--sounds", type=Path, help="a folder that it may read")
    given = parser.parse_args()
    log_aside()
    numbers = given.numbers.split(",")
    for n, point in enumerate(given.points.split(",")):
        at = int(point) if point.isdigit() else point
        world: World = Simulated()
        if given.asterisk:
            world = Real(given.asterisk, given.sounds, (numbers[n],))
            if given.racy:
                world = world._replace(limit_s=30)  # it comes to no end
        # As long as on the wall: a machine that is merely slow has lost no lease.
        lease.LEASE_MS = leading.LEASE_MS * world.speed  # type: ignore[attr-defined]
        _one(world, given.folder / f"point-{point.replace(' ', '-')}", at, racy=given.racy)


if __name__ == "__main__":
    main()
