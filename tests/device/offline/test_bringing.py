"""Whatever a network does to what a box says, and whenever the box ends: everybody has one ticket, once.

A machine of states over the real box (its store, its commands, its port) and the real server: answers
are lost, requests arrive twice or late, the link is cut, the program ends, somebody sets its clock.
"""

import asyncio
import os
import tempfile
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from sqlite3 import IntegrityError
from typing import Any, NamedTuple, cast

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from sqlalchemy import Select, bindparam, false, update

from tests.device.offline.standing import HOUR_MS, Beside, beside
from turnero.device.offline import commands, reads
from turnero.device.offline.commands import TakenHere, TakeNumber
from turnero.device.offline.tables import box_ticket
from turnero.queue.commands import offline
from turnero.queue.requests import BringTicket, TicketBrought
from turnero.store.errors import TurneroError, Unavailable
from turnero.store.sql import Statement
from turnero.store.tx import Tx

_DATED = Statement(
    update(box_ticket)
    .where(box_ticket.c.id == bindparam("b_id"))
    .values(issued_ms=bindparam("b_ms"), offset_ms=0)
)
SERVICE = st.sampled_from(["cash", "laboratory"])
TROUBLE = st.sampled_from(["lose", "hold", "double"])
#: between two people: more than what asking a clock on a busy machine can be wrong by
APART_MS = 10_000


class Person(NamedTuple):
    """Who was shown what."""

    key: str
    service: str
    number: str
    ticket: str


class Bringing(RuleBasedStateMachine):
    """A kiosk's people, its network, its program."""

    it: Beside

    def __init__(self) -> None:
        super().__init__()
        self._runner = asyncio.Runner()
        self._open = AsyncExitStack()
        self.people: list[Person] = []

    def do(self, work: Coroutine[Any, Any, Any]) -> Any:
        """On this machine's own loop."""
        return self._runner.run(work)

    @initialize(fast_ms=st.sampled_from([0, 2 * HOUR_MS, -2 * HOUR_MS]))
    def open(self, fast_ms: int) -> None:
        """A box that is paired and ready, whose clock is so much ahead."""
        folder = self._open.enter_context(tempfile.TemporaryDirectory())
        self.it = self.do(self._open.enter_async_context(beside(Path(folder), fast_ms=fast_ms)))

    # --- people --------------------------------------------------------------------------------

    @rule(service=SERVICE)
    def take(self, service: str) -> None:
        """Somebody takes a ticket."""
        self.it.pass_time(APART_MS)
        key = f"press-{len(self.people):04d}"
        held = self.do(self.it.take(key, service=service))
        self.people.append(Person(key, service, held.ticket.number, held.ticket.id))

    @rule(service=SERVICE, trouble=TROUBLE, count=st.integers(1, 3))
    def take_in_trouble(self, service: str, trouble: str, count: int) -> None:
        """Somebody takes one while the server is there, and what is said of it is lost, late or double."""
        self.beat()
        setattr(self.it.wire, trouble, count)
        self.take(service)

    @precondition(lambda self: self.people)
    @rule(back=st.integers(1, 3))
    def press_again(self, back: int) -> None:
        """Somebody's page asks again: the same ticket."""
        one = self.people[-min(back, len(self.people))]
        held = self.do(self.it.take(one.key, service=one.service))
        assert (held.ticket.number, held.ticket.id) == (one.number, one.ticket)

    # --- the network ---------------------------------------------------------------------------

    @rule(cut=st.booleans())
    def link(self, *, cut: bool) -> None:
        """The link goes, or comes."""
        self.it.wire.cut = cut

    @rule()
    def deliver(self) -> None:
        """What was held back arrives."""
        self.do(self.it.wire.deliver())

    # --- the program ---------------------------------------------------------------------------

    @rule()
    def beat(self) -> None:
        """Its heart beats."""
        with suppress(Unavailable):
            self.do(self.it.beat())

    @rule(trouble=TROUBLE, count=st.integers(0, 2))
    def bring(self, trouble: str, count: int) -> None:
        """It brings what it has and asks for numbers; so many times that is lost, late or double."""
        self.beat()
        setattr(self.it.wire, trouble, count)
        with suppress(Unavailable):
            self.do(self.it.keeping.look())

    @rule(hours=st.sampled_from([0, 0, -48, 2]))
    def end(self, hours: int) -> None:
        """It ends, somebody sets the wall clock of its machine, and it is started again."""
        self.it.own_clock.set_wall(self.it.own_clock.now_ms() + hours * HOUR_MS)
        self.do(self.it.start_again(cut=self.it.wire.cut))

    # --- in the end ----------------------------------------------------------------------------

    def teardown(self) -> None:
        """All is well again, and the server has what people were shown."""
        try:
            if hasattr(self, "it"):
                self.judge()
        finally:
            self.close()

    def close(self) -> None:
        """Leave nothing behind."""
        self.do(self._open.aclose())
        self._runner.close()

    def judge(self) -> None:
        """See the module's text."""
        wire = self.it.wire
        wire.cut, wire.lose, wire.hold, wire.double = False, 0, 0, 0
        self.do(self.it.ready())
        self.do(wire.deliver())
        self.do(self.it.ready())
        backlog = self.do(self.it.ledger.read(reads.backlog))
        assert (backlog.left, backlog.refused) == (0, ())
        found = self.do(self.it.tickets())
        shown = [one.number for one in self.people]
        assert len(shown) == len(set(shown)), "a number was shown to two"
        assert len(found) == len({number for number, _ in found}), "a number stands for two"
        alive = [number for number, state in found if state == "waiting"]
        assert alive == shown, "who was shown a ticket has it, in the order in which they came"
        assert {state for _, state in found} <= {"waiting", "cancelled"}


Bringing.TestCase.settings = settings(
    max_examples=100 if os.environ.get("TURNERO_FAULT_ROUNDS") else 10,
    stateful_step_count=25,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],  # each step talks to a server: nothing is made shorter
    suppress_health_check=list(HealthCheck),
)
TestWhateverHappensEverybodyHasOneTicketOnce = Bringing.TestCase


# --- controls: the same machine without one of the guards ------------------------------------------


def a_bad_day(machine: Bringing) -> None:
    """Answers lost twice over, a ticket before what was made is brought, an upload that comes again."""
    machine.open(2 * HOUR_MS)
    machine.take("cash")
    machine.take_in_trouble("cash", "lose", 2)
    machine.take("cash")
    machine.end(0)
    machine.press_again(1)
    machine.beat()
    machine.take("cash")
    machine.bring("lose", 1)
    machine.bring("lose", 0)
    machine.judge()


def no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server is not told in whose stead a ticket stands."""
    before = offline.bring

    def bring(tx: Tx, request: BringTicket) -> TicketBrought:
        return before(tx, BringTicket(request.ticket, None))

    monkeypatch.setattr(offline, "bring", bring)


def not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server does not look whether it has a ticket already."""
    monkeypatch.setattr(offline, "_KNOWN", nothing(offline._KNOWN))


def no_offset(monkeypatch: pytest.MonkeyPatch) -> None:
    """The box dates its tickets by its own wall clock."""
    before = commands.take_number

    def take(tx: Tx, request: TakeNumber) -> TakenHere:
        made = before(tx, request)
        tx.run(_DATED, b_id=made.ticket, b_ms=tx.now_ms)
        return made

    monkeypatch.setattr(commands, "take_number", take)


def no_act(monkeypatch: pytest.MonkeyPatch) -> None:
    """The box does not look whether it made a ticket under that key."""
    monkeypatch.setattr(reads, "of_act", lambda _q, _act: None)
    monkeypatch.setattr(commands, "_OF_ACT", nothing(commands._OF_ACT))


def nothing(statement: Statement) -> Statement:
    """The same, which finds nothing."""
    return Statement(cast("Select[Any]", statement.core).where(false()))


def test_a_day_with_all_guards_is_well() -> None:
    machine = Bringing()
    try:
        a_bad_day(machine)
    finally:
        machine.close()


@pytest.mark.parametrize("without", [no_key, not_known, no_offset, no_act])
def test_without_a_guard_the_same_day_is_noticed(
    monkeypatch: pytest.MonkeyPatch, without: Callable[[pytest.MonkeyPatch], None]
) -> None:
    without(monkeypatch)
    machine = Bringing()
    try:
        with pytest.raises((AssertionError, TurneroError, IntegrityError)):
            a_bad_day(machine)
    finally:
        machine.close()
