"""The contract on the simulated exchange: in our process, and over its socket in another's."""

import asyncio
import itertools
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.telephony.contract import Contract, rung
from tests.telephony.rig import Heard, phone, soon
from turnero.store.clock import SystemClock
from turnero.telephony.exchange import Exchange, ExchangeAway, Leg, LinkDown, LinkUp, Phone, Placed
from turnero.telephony.simulated import RemoteExchange, SimulatedExchange, Switchboard
from turnero.telephony.simulated.server import QuickClock

SPEED = 12.0
_callers = itertools.count(1)


def _caller() -> str:
    return f"+5197{next(_callers):07d}"


class Inside:
    """In our process."""

    def __init__(self) -> None:
        clock = QuickClock(SystemClock(), SPEED)
        self.board = Switchboard(clock, seed=7)
        self.exchange: Exchange = SimulatedExchange(clock, switchboard=self.board)
        self.console: Exchange = self.exchange
        self.heard = Heard(self.exchange)

    async def another(self) -> Exchange:
        return SimulatedExchange(SystemClock(), switchboard=self.board)

    async def ring_in(
        self, presses: str = "", *, withheld: bool = False, gives_up_s: float | None = None
    ) -> str:
        caller = _caller()
        leg = self.board.ring_in(None if withheld else caller, "5511", [presses])
        if gives_up_s is not None:
            self.board.agenda.after(round(gives_up_s * 1000), lambda: self._give_up(leg))
        return caller

    def _give_up(self, leg: str) -> None:
        self.board.hang(leg)

    async def rings(self, to: Phone) -> int:
        return sum(dial.to == to.e164 for dial in self.board.dials)

    async def cut(self) -> None:
        self.board.cut()

    async def mend(self) -> None:
        self.board.mend()

    async def crash(self) -> None:
        self.board.crash()

    async def boot(self) -> None:
        self.board.boot()

    async def trunk(self, *, up: bool) -> None:
        self.board.faults.trunk_dead = not up


class Apart:
    """In a process of its own."""

    def __init__(self, address: str) -> None:
        self._remote = RemoteExchange(address)
        self.exchange: Exchange = self._remote
        self.console: Exchange = self.exchange
        self.heard = Heard(self.exchange)

    async def another(self) -> Exchange:
        return RemoteExchange(self._remote.address)

    async def ring_in(
        self, presses: str = "", *, withheld: bool = False, gives_up_s: float | None = None
    ) -> str:
        caller = _caller()
        given = (None if withheld else caller, "5511", [presses], False)
        leg = await self._remote.ask("ring_in", *given)
        if gives_up_s is not None:
            await asyncio.sleep(gives_up_s / SPEED)
            await self._remote.ask("hang", leg)
        return caller

    async def rings(self, to: Phone) -> int:
        return sum(dial.to == to.e164 for dial in await self._remote.dials())

    async def cut(self) -> None:
        await self._remote.ask("cut")

    async def mend(self) -> None:
        await self._remote.ask("mend")

    async def crash(self) -> None:
        await self._remote.ask("crash")

    async def boot(self) -> None:
        await self._remote.ask("boot")

    async def trunk(self, *, up: bool) -> None:
        await self._remote.ask("faults", {"trunk_dead": not up})


@contextmanager
def own_process(folder: Path) -> Iterator[str]:
    """A simulated exchange as a process; its address."""
    command = [sys.executable, "-m", "turnero.telephony.simulated.server"]
    with subprocess.Popen(
        [*command, f"unix:{folder}/exchange", "--speed", str(SPEED)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield process.stdout.readline().decode().strip()
        finally:
            process.stdin.close()
            process.wait(10)


class TestInOurProcess(Contract):
    """Adapter and switchboard together."""

    @pytest.fixture
    async def rig(self) -> AsyncIterator[Inside]:
        rig = Inside()
        await rig.heard.of(LinkUp)
        yield rig
        await rig.heard.close()


class TestOverItsSocket(Contract):
    """The exchange lives on when our process does not."""

    @pytest.fixture
    async def rig(self, tmp_path: Path) -> AsyncIterator[Apart]:
        with own_process(tmp_path) as address:
            rig = Apart(address)
            await rig.heard.of(LinkUp)
            yield rig
            await rig.heard.close()
            await rig.exchange.close()

    async def test_who_answers_after_we_were_killed_is_let_go(self, rig: Apart) -> None:
        await rig.heard.close()
        leg = await rung(rig, phone("02"))

        async def over() -> bool:
            return await rig.exchange.lookup(leg) is None

        await soon(over, "it is left in silence", within_s=5)

    async def test_its_own_death_is_a_lost_link_and_a_refusal(self, tmp_path: Path) -> None:
        with own_process(tmp_path) as address:
            rig = Apart(address)
            await rig.heard.of(LinkUp)
        await rig.heard.of(LinkDown)
        assert await rig.exchange.place(Leg("leg", phone("01"), 20)) is Placed.REFUSED
        with pytest.raises(ExchangeAway):
            await rig.exchange.live()
        await rig.heard.close()
