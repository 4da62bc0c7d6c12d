"""Walks as in test_any_day.py, while the site itself changes too: described anew, lines moved, desks
taken over and closed, steps left out, numbers changed and erased.
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.telephony.room import CALLING, room
from tests.telephony.test_any_day import Day
from turnero.queue import call_requests, requests
from turnero.queue.commands import callbacks, desks, erasing, lines, paths
from turnero.store.errors import TurneroError
from turnero.telephony.exchange import ExchangeAway
from turnero.telephony.numbers import number_of, policy_of, sealed

STEPS = 40
DESKS = ("v1", "v2")
#: how the site may be described anew
SITES = (
    CALLING,
    CALLING + "\n[callbacks]\nnumber_a_day = 1\n",
    CALLING + "\n[callbacks]\nin_flight = 1\nattempts = 1\n",
    CALLING + '\n[callbacks]\nweekdays = "09:00-09:20"\nleft_over = "drop"\n',
    CALLING + '\n[callbacks]\nweekdays = "10:00-19:00"\n',
    CALLING.replace('languages = ["es", "en"]', 'languages = ["es"]'),
    CALLING.replace('prefix = "C"\n', 'prefix = "C"\npath = ["sangre"]\n'),
    CALLING.replace('phone = "desk1"\n', ""),
    CALLING.replace('phone = "desk2"', 'phone = "other"'),
    CALLING.replace('prefix = "S"\ncallbacks = {}', 'prefix = "S"'),
    CALLING.replace('zone = "America/Lima"', 'zone = "America/Bogota"'),
)


class ChangingDay(Day):
    """One walk; of its acts two in five change the site, a desk, a line or what is kept of somebody."""

    async def act(self) -> None:
        """See `Day.act`."""
        if self.chance.random() < 0.6:
            await super().act()
            return
        does: list[Callable[[], Awaitable[Any]]] = [
            *(self.loads, self.moves_line, self.skips, self.chooses, self.unticketed),
            *(self.takes_over, self.closes_desk, self.another, self.left_over, self.erases),
        ]
        what = self.chance.choice(does)
        self.did.append(what.__name__)
        try:
            await what()
        except (TurneroError, ExchangeAway) as error:
            self.did.append(f"({error})")

    async def loads(self) -> None:
        """The site is described anew."""
        of = self.chance.randrange(len(SITES))
        self.did.append(str(of))
        await self.hall.load(SITES[of])

    async def moves_line(self) -> None:
        """Everybody of a line goes to another."""
        move = requests.MoveLine(*self.chance.sample(("caja", "sangre"), 2))
        await self.hall.act(lines.move_line, move)

    async def skips(self) -> None:
        """A step of somebody's path is left out."""
        await self.hall.act(paths.skip, requests.SkipStep(self.one(self.tickets)))

    async def chooses(self) -> None:
        """An agent calls somebody out of turn."""
        await self.hall.call(self.one(self.tickets), self.chance.choice(DESKS))

    async def unticketed(self) -> None:
        """An agent attends somebody who has no ticket."""
        await self.hall.unticketed(desk=self.chance.choice(DESKS))

    async def takes_over(self) -> None:
        """Another agent sits down at a desk."""
        desk = requests.OpenDesk(desk=f"hnc.{self.chance.choice(DESKS)}", take_over=True)
        await self.hall.act(desks.open_desk, desk, f"user:{self.chance.randrange(2)}")

    async def closes_desk(self) -> None:
        """An agent goes home."""
        desk = requests.CloseDesk(
            desk=f"hnc.{self.chance.choice(DESKS)}", parked="return", line="keep"
        )
        await self.hall.act(desks.close_desk, desk)

    async def another(self) -> None:
        """Somebody who has a ticket asks to be rung, or at another number."""
        await self.hall.ask(self.number(), ticket=self.one(self.tickets))

    async def left_over(self) -> None:
        """Somebody says what becomes of it at the end of the day."""
        how = self.chance.choice(("tomorrow", "drop"))
        request = call_requests.ChangeCallback(self.one(self.asked), left_over=how)
        await self.hall.act(callbacks.change, request)

    async def erases(self) -> None:
        """Somebody has their number erased."""
        of = sealed(number_of(self.number(), policy_of("pe")), self.hall.vault)
        await self.hall.act(erasing.erase_number, erasing.EraseNumber(of.index, tuple(self.asked)))

    async def holds_true(self) -> None:
        """See `Day.holds_true`; a place is another one where a line is moved or a step left out."""
        self.ranks.clear()
        await super().holds_true()

    async def ends(self) -> None:
        """See `Day.ends`: with the first site again, and agents at both desks."""
        self.well()
        with suppress(TurneroError):
            await self.hall.load(CALLING)
        for desk, actor in zip(DESKS, ("user:9", "user:8"), strict=True):
            with suppress(TurneroError):
                await self.hall.open(desk, actor=actor, take_over=True)
        await super().ends()


async def walk(tmp_path: Path, seed: int) -> None:
    """One day."""
    async with room(tmp_path) as hall:
        one = ChangingDay(hall, seed)
        for _ in range(STEPS):
            await one.act()
            await hall.passes(one.chance.choice((0.5, 2, 5, 12)))
            await one.holds_true()
        await one.ends()


@pytest.mark.parametrize("seed", [1, 136])
async def test_while_the_site_changes_too_nobody_is_rung_twice_and_nobody_lost(
    tmp_path: Path, seed: int
) -> None:
    await walk(tmp_path, seed)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 140))
async def test_many_days_of_it(tmp_path: Path, seed: int) -> None:
    await walk(tmp_path, seed)
