"""Any order of what patients, agents, clocks and exchanges do: nobody rung twice, nobody lost.

Seeded walks over the real ledger and the simulated exchange with its faults. What a walk did stands
in the assertion. In the end the world is well again, and everything must come to an end.
"""

import random
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Text, cast, select

from tests.telephony.room import Room, room
from turnero.queue import call_requests, requests
from turnero.queue.callback_rows import CARRY, HOURS_END, RING_AGAIN
from turnero.queue.callback_tables import callback, leg
from turnero.queue.commands import callbacks, day
from turnero.queue.tables import ticket
from turnero.store.errors import TurneroError
from turnero.store.sql import Statement
from turnero.store.tables import timer
from turnero.telephony.exchange import ExchangeAway
from turnero.telephony.numbers import number_of, policy_of, sealed

#: how numbers end: what their telephones do, see simulated/telephones.py
SUFFIXES = ("01", "02", "04", "05", "06", "07", "10", "13", "15", "16", "17")
STEPS = 30

_OPEN = Statement(
    select(
        callback.c.id,
        callback.c.ticket,
        callback.c.stage,
        callback.c.how,
        callback.c.due_ms,
        ticket.c.state,
        ticket.c.session,
        ticket.c.rank_ms,
        ticket.c.rank_seq,
    )
    .select_from(callback.join(ticket, ticket.c.id == callback.c.ticket))
    .where(callback.c.ended_ms.is_(None))
)
_TIMERS = Statement(select(timer.c.kind, timer.c.key))
_LEGS = Statement(
    select(leg.c.callback, leg.c.side, leg.c.wanted, cast(leg.c.stage, Text).label("stage")).where(
        leg.c.ended_ms.is_(None)
    )
)


class Day:
    """One walk. `did` is what was done, in words."""

    def __init__(self, hall: Room, seed: int) -> None:
        self.hall = hall
        self.chance = random.Random(seed)
        self.did: list[str] = [f"seed {seed}"]
        self.ranks: dict[str, tuple[int, int]] = {}
        self.tickets: list[str] = []
        self.asked: list[str] = []
        self.dials = True

    async def act(self) -> None:
        """One thing that somebody does, or that happens."""
        does: list[tuple[int, Callable[[], Awaitable[Any]]]] = [
            (6, self.ask),
            (9, self.next),
            (4, self.move),
            (2, self.finish),
            (2, self.by_hand),
            (2, self.patient),
            (2, self.hangs),
            (1, self.holds),
            (3, self.exchange),
            (1, self.restarts),
            (1, self.clock),
            (1, self.close),
        ]
        what = self.chance.choices([one for _, one in does], [n for n, _ in does])[0]
        self.did.append(what.__name__)
        try:
            await what()
        except (TurneroError, ExchangeAway) as error:
            self.did.append(f"({error})")

    def number(self) -> str:
        """A telephone, of few."""
        return f"98765{self.chance.randrange(2)}3{self.chance.choice(SUFFIXES)}"

    def one(self, of: list[str]) -> str:
        """One of the last few."""
        return self.chance.choice(of[-6:]) if of else "0" * 32

    async def ask(self) -> None:
        """Somebody asks to be rung, or comes."""
        if self.chance.random() < 0.2:
            self.tickets.append(await self.hall.take("caja"))
            return
        wish = {"from_minute": self.chance.choice((600, 900))} if self.chance.random() < 0.2 else {}
        number = self.number()
        self.did.append(number)
        held = {"ticket": self.one(self.tickets)} if self.chance.random() < 0.1 else {}
        service = self.chance.choice(("caja", "caja", "sangre"))
        asked = await self.hall.ask(number, service, **wish, **held)
        self.asked.append(asked.callback)
        self.tickets.append(asked.ticket)

    async def next(self) -> None:
        """Next at a desk, or at both."""
        for desk in self.chance.choice((("v1",), ("v2",), ("v1", "v2"))):
            await self.hall.next(desk)

    async def move(self) -> None:
        """A press at a ticket."""
        move = self.chance.choice(
            ("undo", "undo", "start", "park", "return", "cancel", "no-show", "transfer", "call")
        )
        self.did.append(move)
        of = self.one(self.tickets)
        if move == "transfer":
            self.ranks.pop(of, None)
            await self.hall.transfer(of, self.chance.choice(("sangre", "caja")))
        elif move == "call":
            await self.hall.call(of, self.chance.choice(("v1", "v2")))
        else:
            await self.hall.move(move, of)

    async def finish(self) -> None:
        """Somebody's service ends."""
        await self.hall.finish(self.one(self.tickets))

    async def by_hand(self) -> None:
        """One key for what the agent heard."""
        why = self.chance.choice(("machine", "wrong-person", "busy", "desk", "no-answer"))
        await self.hall.by_hand(self.one(self.asked), why, self.chance.choice(("v1", "v2")))

    async def patient(self) -> None:
        """Somebody comes, cancels, or prefers other hours."""
        kind = self.chance.randrange(3)
        if kind == 0:
            await self.hall.act(callbacks.check_in, requests.TicketMove(self.one(self.tickets)))
        elif kind == 1:
            await self.hall.act(callbacks.cancel, requests.TicketMove(self.one(self.tickets)))
        else:
            hour = self.chance.choice((None, 600, 900))
            request = call_requests.ChangeCallback(
                self.one(self.asked), hours=True, from_minute=hour
            )
            await self.hall.act(callbacks.change, request)

    async def hangs(self) -> None:
        """Some telephone is put down."""
        if seen := self.hall.simulated.telephones():
            self.hall.simulated.hang(self.chance.choice(seen).leg)

    async def holds(self) -> None:
        """Somebody rings us and stays, perhaps in the place of a callback of theirs."""
        number = self.number()
        if self.hall.board.faults.away or self.hall.board.faults.mute:
            return
        rang = self.hall.simulated.ring_in(f"+51{number}", "100")
        phone = sealed(number_of(number, policy_of("pe")), self.hall.vault)
        there = self.one(self.asked) if self.chance.random() < 0.4 else None
        request = call_requests.HoldLine(leg=rang, service="caja", phone=phone, callback=there)
        try:
            self.hall.board.prompt(rang, [])
            self.tickets.append((await self.hall.act(callbacks.hold, request)).ticket)
        except Exception:
            self.hall.board.hangup(rang)
            raise

    async def exchange(self) -> None:
        """Something breaks at the exchange, or is mended."""
        board = self.hall.board
        what = self.chance.choice(
            (
                "well",
                "well",
                "cut",
                "crash",
                "double",
                "late",
                "races",
                "answers",
                "requests",
                "dead",
            )
        )
        self.did.append(what)
        match what:
            case "well":
                self.well()
            case "cut":
                board.cut()
            case "crash":
                board.crash()
            case "answers":
                board.faults.lose_answers = 1
            case "requests":
                board.faults.lose_requests = 1
            case _:
                board.faults.double = what == "double"
                board.faults.late_ms = 1500 if what == "late" else 0
                board.faults.answer_races_cancel = what == "races"
                board.faults.trunk_dead = what == "dead"

    def well(self) -> None:
        """Nothing is broken."""
        board = self.hall.board
        board.faults = type(board.faults)()
        board.boot()

    async def restarts(self) -> None:
        """The one who dials dies, and is there again."""
        await self.hall.stops()
        if self.chance.random() < 0.5:
            self.hall.clock.advance(20_000)
        self.hall.dials()

    async def clock(self) -> None:
        """Somebody sets the clock, or time goes by."""
        hours = self.chance.choice((-2, -0.5, 0.5, 23))
        self.did.append(str(hours))
        if self.chance.random() < 0.3:
            await self.hall.sets_clock(hours)
        else:
            self.hall.wait(abs(hours) * 300)

    async def close(self) -> None:
        """The day is closed by hand."""
        if self.chance.random() < 0.2:
            await self.hall.act(day.close_day, requests.CloseDay())

    async def holds_true(self) -> None:
        """What holds whatever happens."""
        twice = [dial for dial in self.hall.board.dials if dial.to[0] == "+" and dial.beside]
        assert not twice, (twice, self.did)
        timers = {(row.kind, row.key) for row in await self.hall.rows(_TIMERS)}
        legs = await self.hall.rows(_LEGS)
        for row in await self.hall.rows(_OPEN):
            about = (row, legs, self.did)
            there = any(one.callback == row.id and one.side == "patient" for one in legs)
            match row.stage:
                case "waiting":
                    kept = row.state == "waiting"
                    kept &= (HOURS_END, row.id) in timers or (
                        row.how in {"hold", "taken"} and there
                    )
                case "retry":
                    kept = row.state in {"parked", "away"} or (RING_AGAIN, row.id) in timers
                case "tomorrow":
                    kept = row.state == "not-served" and (CARRY, row.id) in timers
                case "talking" | "wrap-up":
                    kept = row.state == "serving" and row.session is not None
                case "joining":
                    kept = row.state in {"called", "serving"} and row.session is not None
                case _:
                    kept = row.state == "called" and row.session is not None
            if row.stage in {"waiting", "retry", "tomorrow"} and row.how not in {"hold", "taken"}:
                # nothing rings for who is at no desk
                kept &= not any(one.wanted for one in legs if one.callback == row.id)
            assert kept, about
            rank = (row.rank_ms, row.rank_seq)
            assert self.ranks.setdefault(row.ticket, rank) == rank, about
        desks = [one for one in legs if one.side == "desk" and one.wanted]
        assert len(desks) <= 2, (legs, self.did)

    async def ends(self) -> None:
        """The world is well, and agents work: all comes to an end."""
        self.well()
        for _ in range(150):
            await self.hall.passes(20)
            await self.holds_true()
            for desk in ("v1", "v2"):
                await self.works(desk)
            left = await self.hall.rows(_OPEN)
            if not left:
                break
            due = [row.due_ms for row in left if row.due_ms is not None]
            if len(due) == len(left):
                self.hall.wait(max(0, min(due) - self.hall.clock.now_ms()) / 1000)
        assert not left, (left, await self.hall.rows(_TIMERS), self.did)
        await self.hall.passes(80)
        for _ in range(8):
            if not await self.hall.rows(_LEGS) and not self.hall.board.live():
                return
            await self.hall.passes(10)
        raise AssertionError((await self.hall.rows(_LEGS), self.hall.board.live(), self.did))

    async def works(self, desk: str) -> None:
        """What an agent does who is free, or whose patient has been served."""
        serving = (await self.hall.desk(desk)).serving
        try:
            if serving is None:
                for row in await self.hall.rows(_OPEN):
                    if row.state == "parked":
                        await self.hall.move("return", row.ticket)
                await self.hall.next(desk)
                return
            open_now = [row for row in await self.hall.rows(_OPEN) if row.ticket == serving.ticket]
            if not open_now or open_now[0].stage in {"talking", "wrap-up"}:
                await self.hall.finish(serving.ticket)
        except TurneroError as error:
            self.did.append(f"({error})")


async def walk(tmp_path: Path, seed: int) -> None:
    """One day."""
    async with room(tmp_path) as hall:
        one = Day(hall, seed)
        for _ in range(STEPS):
            await one.act()
            await hall.passes(one.chance.choice((0.5, 2, 5, 12)))
            await one.holds_true()
        await one.ends()


@pytest.mark.parametrize("seed", [1, 2])
async def test_whatever_happens_nobody_is_rung_twice_and_nobody_lost(
    tmp_path: Path, seed: int
) -> None:
    await walk(tmp_path, seed)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 160))
async def test_many_days_of_it(tmp_path: Path, seed: int) -> None:
    await walk(tmp_path, seed)
