"""The product and the reference model live through the same random days and must agree.

On both engines. Every answer and every refusal is compared, and after each day: each
ticket's state, each line's count, who is at which desk, that no number came twice, and
that the journal's chain holds.
"""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import bindparam, func, or_, select

from tests.peers.stores import put_database
from tests.queue.model import DESKS, MINUTE_MS, Model, Refusal
from turnero.queue import requests as ask
from turnero.queue import site_file, tables
from turnero.queue.commands.calls import call_chosen, call_next, no_show, recall
from turnero.queue.commands.corrections import correct
from turnero.queue.commands.day import close_day
from turnero.queue.commands.finishing import finish
from turnero.queue.commands.issue import issue
from turnero.queue.commands.moves import cancel, park, return_ticket, start, transfer
from turnero.queue.commands.paths import add, skip
from turnero.queue.commands.sites import load_site
from turnero.queue.commands.steps import step_out
from turnero.queue.commands.undo import undo
from turnero.queue.paths import steps_of
from turnero.queue.timers import TIMERS
from turnero.store import journal
from turnero.store.clock import VirtualClock
from turnero.store.errors import Refused
from turnero.store.opening import open_store
from turnero.store.sql import Query, Statement
from turnero.store.timers import Timers

START_MS = 1_790_000_000_000
SITE = """
[site]
key = "{key}"
name = "Model"
zone = "America/Lima"
profile = "pe"
languages = ["es"]
settings = {{ day_close = "never", order = "{order}", share_first = 2 }}

[[service]]
key = "adm"
prefix = "A"
name = {{ es = "Admisión" }}
hours = {{ {hours} }}

[[service]]
key = "lab"
prefix = "L"
name = {{ es = "Laboratorio" }}
target_minutes = 8
hours = {{ {hours} }}

[[service]]
key = "xray"
prefix = "X"
name = {{ es = "Rayos X" }}
hours = {{ {hours} }}
anew = true

[[service]]
key = "visit"
prefix = "V"
name = {{ es = "Consulta" }}
hours = {{ {hours} }}
path = ["xray", "lab"]

[[desk]]
key = "one"
name = "1"
primary = ["adm", "visit"]
overflow = ["lab"]

[[desk]]
key = "two"
name = "2"
primary = ["lab", "adm", "xray"]

[[desk]]
key = "three"
name = "3"
primary = ["adm"]
classes = ["preferential"]

[[attention]]
key = "red"
name = {{ es = "Rojo" }}
clinical = true

[[attention]]
key = "preferential"
name = {{ es = "Preferente" }}

[[attention]]
key = "ordinary"
name = {{ es = "General" }}
"""

#: open round the clock, but by hours: such a service has a close of day
HOURS = ", ".join(
    f'{day} = ["00:00-24:00"]' for day in ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
)

_STATES = Statement(
    select(
        tables.ticket.c.id,
        tables.ticket.c.day,
        tables.ticket.c.number,
        tables.ticket.c.state,
        tables.desk.c.key,
    )
    .select_from(
        tables.ticket.outerjoin(
            tables.desk_session, tables.desk_session.c.id == tables.ticket.c.session
        ).outerjoin(tables.desk, tables.desk.c.id == tables.desk_session.c.desk)
    )
    .where(tables.ticket.c.site == bindparam("site"))
)


_BEHIND = Statement(
    select(tables.ticket_step.c.ticket, tables.service.c.key, tables.ticket_step.c.end)
    .select_from(
        tables.ticket_step.join(tables.service, tables.service.c.id == tables.ticket_step.c.service)
    )
    .where(tables.service.c.site == bindparam("site"))
    .order_by(tables.ticket_step.c.ticket, tables.ticket_step.c.no)
)
_STANDING = Statement(
    select(tables.ticket.c.id, tables.ticket.c.line)
    .where(tables.ticket.c.site == bindparam("site"), tables.ticket.c.state == "waiting")
    .order_by(tables.ticket.c.rank_ms, tables.ticket.c.rank_seq)
)
_ON = Statement(
    select(tables.ticket.c.id, tables.ticket.c.number, tables.ticket.c.path, tables.service.c.key)
    .select_from(tables.ticket.join(tables.service, tables.service.c.id == tables.ticket.c.service))
    .where(tables.ticket.c.site == bindparam("site"))
)


def _waiting(figure: Any) -> Any:
    return (
        select(figure)
        .select_from(tables.ticket)
        .where(tables.ticket.c.line == tables.line.c.id, tables.ticket.c.state == "waiting")
        .scalar_subquery()
    )


_WRONG_LINES = Statement(
    select(tables.line.c.id, tables.line.c.count, tables.line.c.people)
    .where(tables.line.c.site == bindparam("site"))
    .where(
        or_(
            tables.line.c.count != _waiting(func.count()),
            tables.line.c.people != _waiting(func.coalesce(func.sum(tables.ticket.c.people), 0)),
        )
    )
)


def _rows(q: Query, statement: Statement, site: int) -> list[Any]:
    return q.rows(statement, site=site)


def _failed(kind: str, error: Exception) -> None:
    raise AssertionError(kind) from error


class World:
    """A store and its loop, kept over many days; each day is a new site."""

    def __init__(self, folder: Path, database: str | None) -> None:
        self.clock = VirtualClock(START_MS)
        self.runner = asyncio.Runner()
        if database is None:
            put_database(folder)
        self._store = open_store(folder, database, clock=self.clock)
        self.ledger = self._store.ledger
        self.runner.run(self.ledger.start())
        self.site = 0

    def fire_timers(self) -> None:
        """Fire what is due, as the server's timers do."""
        timers = Timers(self.ledger, TIMERS, _failed)
        for _ in range(20):  # a hundred at once; many days leave many behind
            self.runner.run(timers.fire_due())
            next_ms = self.runner.run(timers.next_ms())
            if next_ms is None or next_ms > self.clock.now_ms():
                break

    def close(self) -> None:
        """End."""
        self.runner.run(self.ledger.stop())
        self._store.close()
        self.runner.close()

    def do(self, command: Callable[..., Any], request: object) -> Any:
        """Run a command at the day's site."""
        return self.runner.run(self.ledger.run(command, request, site=self.site, actor="token:1"))

    def read(self, function: Callable[..., Any], *args: object) -> Any:
        """Read."""
        return self.runner.run(self.ledger.read(function, *args))

    def new_day(self, order: str) -> None:
        """A fresh site, with that rule of who is next."""
        self.site += 1
        text = SITE.format(key="s" if self.site == 1 else f"s{self.site}", hours=HOURS, order=order)
        self.do(load_site, site_file.decode(text))


class Day(RuleBasedStateMachine):
    """Rules of the day; `world` is set by the test."""

    world: World
    tickets = Bundle("tickets")
    desks = st.sampled_from(sorted(DESKS))
    onwards = st.sampled_from([None, "wait", "skip", "end"])

    def __init__(self) -> None:
        super().__init__()
        self.model = Model(now=self.world.clock.line_ms(), rule="")

    @initialize(order=st.sampled_from(["strict", "accumulating", "share", "share"]))
    def open_site(self, order: str) -> None:
        self.world.new_day(order)
        self.model.rule = order
        self.key = "s" if self.world.site == 1 else f"s{self.world.site}"

    def _desk(self, desk: str) -> str:
        return desk.replace("s.", f"{self.key}.")

    def _same(
        self, modelled: Callable[[], Any], command: Callable[..., Any], request: object
    ) -> tuple[Any, Any] | None:
        """Both must do it, or both refuse with the same code; (the model's answer, the product's)."""
        try:
            expected = modelled()
        except Refusal as refusal:
            with pytest.raises(Refused) as refused:
                self.world.do(command, request)
            # Several reasons not to undo can be true at once; which one is said is no promise.
            said, wanted = refused.value.code, str(refusal)
            assert said == wanted or (said[:5] == wanted[:5] == "undo-")
            return None
        return expected, self.world.do(command, request)

    def _move(self, modelled: Callable[[str], None], command: Callable[..., Any], t: str) -> None:
        done = self._same(lambda: modelled(t), command, ask.TicketMove(t))
        if done is not None:
            assert done[1].state == self.model.people[t].state

    @rule(seconds=st.sampled_from([0, 1, 5, 11, 20, 61, 1801]))
    def time_passes(self, seconds: int) -> None:
        self.world.clock.advance(seconds * 1000)
        self.world.fire_timers()
        self.model.time_passes(self.world.clock.line_ms())

    @rule(
        target=tickets,
        service=st.sampled_from(["adm", "lab", "visit", "visit"]),
        attention=st.sampled_from(["ordinary", "preferential", "ordinary", "preferential", "red"]),
        people=st.integers(1, 3),
        due=st.sampled_from([None, None, None, 0, -10, 10, 20]),
    )
    def take_tickets(self, service: str, attention: str, people: int, due: int | None) -> Any:
        """Some walk in; `due`: an appointment in so many minutes, or a callback asked for before."""
        taken = []
        clock, later_ms = self.world.clock, (due or 0) * MINUTE_MS
        origin = "walk-in" if due is None else "callback" if due < 0 else "appointment"
        request = ask.Issue(
            service=service,
            attention=attention,
            channel="triage" if attention == "red" else "api",
            origin=origin,
            due_ms=None if due is None else clock.now_ms() + later_ms,
        )
        for _ in range(people):
            issued = self.world.do(issue, request)
            number = self.model.issue(
                issued.ticket, service, attention, origin, clock.line_ms() + later_ms
            )
            assert issued.number == number
            taken.append(issued.ticket)
        return multiple(*taken)

    @rule(
        target=tickets,
        service=st.sampled_from(["adm", "lab"]),
        classes=st.permutations(["ordinary", *["preferential"] * 4, "ordinary", "red"]),
        due=st.sampled_from([None, None, 0, 10]),
        desk=desks,
        calls=st.lists(st.sampled_from(["next", "next", "next", "undo"]), min_size=4, max_size=8),
    )
    def a_rush(
        self, service: str, classes: list[str], due: int | None, desk: str, calls: list[str]
    ) -> Any:
        """Several come one after the other, and are called one after the other."""
        taken: list[str] = []
        for attention in classes[:6]:
            self.time_passes(20)
            came = self.take_tickets(
                service, attention, 1, due if attention == "preferential" else None
            )
            taken += came.values
        for call in calls:
            self.press_next_again(desk) if call == "next" else self.undo_who_is_there(desk)
        return multiple(*taken)

    @rule(desk=desks, onward=onwards)
    def press_next(self, desk: str, onward: str | None) -> None:
        request = ask.Next(self._desk(desk), onward=onward)
        done = self._same(lambda: self.model.next(desk, onward), call_next, request)
        if done is not None:
            assert (done[1].ticket, done[1].finished) == done[0]

    @rule(desk=desks)
    def press_next_again(self, desk: str) -> None:
        self.press_next(desk, "wait")

    @rule(desk=desks, t=tickets)
    def call_this_one(self, desk: str, t: str) -> None:
        request = ask.CallChosen(ticket=t, desk=self._desk(desk), reason="le toca")
        done = self._same(lambda: self.model.choose(t, desk), call_chosen, request)
        if done is not None:
            assert done[1].finished == done[0]

    @rule(desk=desks, waits=st.booleans())
    def recall_who_is_there(self, desk: str, waits: bool) -> None:
        if waits:
            self.time_passes(20)
        t = self.model.serving(desk)
        if t is not None:
            self._move(self.model.recall, recall, t)

    @rule(desk=desks)
    def who_is_there_did_not_come(self, desk: str) -> None:
        t = self.model.serving(desk)
        if t is not None:
            self._move(self.model.no_show, no_show, t)

    @rule(t=tickets)
    def recall_any(self, t: str) -> None:
        self._move(self.model.recall, recall, t)

    @rule(t=tickets)
    def start_any(self, t: str) -> None:
        self._move(self.model.start, start, t)

    @rule(t=tickets, onward=onwards)
    def finish_any(self, t: str, onward: str | None) -> None:
        request = ask.Finish(t, onward=onward)
        done = self._same(lambda: self.model.finish(t, onward), finish, request)
        assert done is None or done[1].state == self.model.people[t].state

    @rule(desk=desks, onward=onwards)
    def finish_who_is_there(self, desk: str, onward: str | None) -> None:
        t = self.model.serving(desk)
        if t is not None:
            self.finish_any(t, onward)

    @rule(
        target=tickets,
        acts=st.lists(
            st.tuples(
                st.integers(0, 2),
                st.sampled_from(["s.one", "s.two", "next", "next", "next", "undo", "missed"]),
            ),
            min_size=6,
            max_size=14,
        ),
        onward=onwards,
    )
    def a_way(self, acts: list[tuple[int, str]], onward: str | None) -> Any:
        """Three people go from desk to desk, miss calls, and presses are taken back."""
        came = self.take_tickets("visit", "ordinary", 3, None)
        for who, act in acts:
            t = came.values[who]
            person = self.model.people[t]
            self.time_passes(1)
            if act == "undo":
                self.undo_any(t)
            elif act == "next" and person.at is not None:
                self.press_next(person.at, onward)
            elif act == "missed":
                for _ in range(2):
                    self.time_passes(20)
                    self.recall_any(t)
                self.no_show_any(t)
                self.return_any(t)
            elif act in DESKS:
                self.call_this_one(act, t)
        return came

    @rule(t=tickets, step=st.sampled_from([None, "lab", "xray", "adm"]))
    def skip_a_step_of_any(self, t: str, step: str | None) -> None:
        request = ask.SkipStep(t, step)
        done = self._same(lambda: self.model.skip(t, step), skip, request)
        assert done is None or done[1].state == self.model.people[t].state

    @rule(t=tickets, step=st.sampled_from([None, "lab", "xray", "adm"]), last=st.booleans())
    def add_a_step_to_any(self, t: str, step: str | None, last: bool) -> None:
        request = ask.AddStep(t, step, last)
        done = self._same(lambda: self.model.add(t, step, last), add, request)
        assert done is None or done[1].state == self.model.people[t].state

    @rule(t=tickets)
    def no_show_any(self, t: str) -> None:
        self._move(self.model.no_show, no_show, t)

    @rule(t=tickets)
    def return_any(self, t: str) -> None:
        self._move(self.model.come_back, return_ticket, t)

    @rule(t=tickets)
    def park_any(self, t: str) -> None:
        self._move(self.model.park, park, t)

    @rule(t=tickets)
    def step_out_any(self, t: str) -> None:
        self._move(self.model.step_out, step_out, t)

    @rule(t=tickets, seconds=st.sampled_from([0, 20 * 60 - 1, 20 * 60]))
    def step_out_and_come_back(self, t: str, seconds: int) -> None:
        self._move(self.model.step_out, step_out, t)
        self.time_passes(seconds)
        self._move(self.model.come_back, return_ticket, t)

    @rule(
        t=tickets,
        service=st.sampled_from([None, "adm", "lab", "visit"]),
        attention=st.sampled_from([None, "ordinary", "preferential"]),
        people=st.sampled_from([None, 1, 4]),
    )
    def correct_any(
        self, t: str, service: str | None, attention: str | None, people: int | None
    ) -> None:
        request = ask.Correct(t, "fue un error", service, attention, people)
        done = self._same(
            lambda: self.model.correct(t, service, attention, people), correct, request
        )
        assert done is None or done[1].state == self.model.people[t].state

    @rule(t=tickets, service=st.sampled_from(["adm", "lab", "xray", "visit"]))
    def transfer_to_a_service(self, t: str, service: str) -> None:
        modelled = lambda: self.model.transfer(t, service, None)  # noqa: E731
        self._same(modelled, transfer, ask.Transfer(t, service=service))

    @rule(t=tickets, desk=desks)
    def transfer_to_a_desk(self, t: str, desk: str) -> None:
        modelled = lambda: self.model.transfer(t, None, desk)  # noqa: E731
        self._same(modelled, transfer, ask.Transfer(t, desk=self._desk(desk)))

    @rule(t=consumes(tickets))
    def cancel_any(self, t: str) -> None:
        self._move(self.model.cancel, cancel, t)

    @rule(t=tickets)
    def undo_any(self, t: str) -> None:
        self._move(self.model.undo, undo, t)

    @rule(desk=desks)
    def undo_who_is_there(self, desk: str) -> None:
        t = self.model.serving(desk)
        if t is not None:
            self._move(self.model.undo, undo, t)

    @rule(sure=st.integers(0, 9))
    def close_the_day(self, sure: int) -> None:
        if sure == 0:
            assert self.world.do(close_day, ask.CloseDay()).not_served == self.model.close_day()

    @invariant()
    def desks_hold_who_the_model_says(self) -> None:
        if self.world.site and self.model.people:
            rows = self.world.read(_rows, _STATES, self.world.site)
            assert {row.id: row.state for row in rows} == {
                t: person.state for t, person in self.model.people.items()
            }
            held = {f"s.{row.key}": row.id for row in rows if row.key is not None}
            for desk in DESKS:
                assert held.get(desk) == self.model.serving(desk)

    @invariant()
    def paths_are_as_the_model_says(self) -> None:
        if self.world.site and self.model.people:
            behind: dict[str, list[tuple[str, str]]] = {}
            for row in self.world.read(_rows, _BEHIND, self.world.site):
                behind.setdefault(row.ticket, []).append((row.key, row.end))
            assert behind == {t: [*p.steps] for t, p in self.model.people.items() if p.steps}
            for row in self.world.read(_rows, _ON, self.world.site):
                person = self.model.people[row.id]
                path = None if row.path is None else steps_of(row.path)
                assert (row.number, row.key, path) == (person.number, person.service, person.path)

    @invariant()
    def lines_stand_as_the_model_says(self) -> None:
        if self.world.site and self.model.people:
            standing: dict[int, list[str]] = {}
            for row in self.world.read(_rows, _STANDING, self.world.site):
                standing.setdefault(row.line, []).append(row.id)
            for ids in standing.values():
                assert ids == sorted(ids, key=lambda t: self.model.people[t].place)

    def teardown(self) -> None:
        site = self.world.site
        rows = self.world.read(_rows, _STATES, site)
        assert len({(row.day, row.number) for row in rows}) == len(rows)
        assert self.world.read(_rows, _WRONG_LINES, site) == []
        assert self.world.read(journal.verify, site, self.world.ledger.key).broken_at is None


@pytest.fixture(params=["sqlite", "postgresql"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """A store of either kind."""
    kind: str = request.param
    database = None if kind == "sqlite" else request.getfixturevalue("migrated_postgres")
    world = World(tmp_path, database)
    yield world
    world.close()


def test_any_day_goes_as_the_model_says(world: World) -> None:
    machine = type("Day", (Day,), {"world": world})
    run_state_machine_as_test(
        machine,
        settings=settings(
            # The line's logic is one for both; on PostgreSQL, ten times as slow, the SQL is what is tried.
            max_examples=30 if world.ledger.backend.dialect == "sqlite" else 12,
            stateful_step_count=40,
            deadline=None,
            report_multiple_bugs=False,
            phases=[Phase.explicit, Phase.reuse, Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
