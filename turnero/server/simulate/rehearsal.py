"""One seed of a rehearsal: its people and desks act on a real ledger, by the real commands.

A desk calls whoever is due, attends for as long as the script draws, and calls again; a free desk
looks up when somebody joins a line that it serves, whoever is free longest first. Desks that call
by themselves do so by the product's own consumer. Waits are read from the journal afterwards.
"""

import asyncio
import itertools
import random
import shutil
from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec

from turnero.queue import facts, requests, rows, site_file
from turnero.queue.commands import auto_call, calls, desks, finishing, moves
from turnero.queue.commands.issue import issue
from turnero.queue.commands.sites import load_site
from turnero.queue.numbers import at_ms
from turnero.queue.settings import NEVER
from turnero.queue.site_shape import DeskPart, SiteFile
from turnero.queue.states import State
from turnero.server.simulate.engine import SITE, Engine, Event
from turnero.server.simulate.script import Person, Script
from turnero.store import journal
from turnero.store.clock import VirtualClock
from turnero.store.facts import Entry
from turnero.store.ids import SeededIds
from turnero.store.ledger import Ledger
from turnero.store.migrate import migrate
from turnero.store.opening import DATABASE
from turnero.store.sqlite import SqliteBackend
from turnero.store.tx import Tx

#: at the end, whoever is at a desk is attended for so much longer at most
_LATEST_S: Final = 4 * 3600
#: before anything happens
_EARLY_S: Final = 60
_MINUTE_MS: Final = 60_000
_KEY: Final = b"rehearsal"


class Wait(msgspec.Struct, frozen=True):
    """One wait in a line, from joining it to the call, or to the end of the day played."""

    service: str
    attention: str
    #: of the day, when it began
    minute: float
    #: minutes
    waited: float
    #: false: never, so that it would have been longer still
    called: bool = True


class Played(msgspec.Struct, frozen=True):
    """What came of one seed."""

    waits: tuple[Wait, ...]
    #: refusal → how often
    refused: dict[str, int]
    commands: int


def prepared(script: Script, folder: Path) -> Path:
    """A database with the site loaded and nothing else, to copy for each seed."""
    path = folder / DATABASE
    migrate(f"sqlite:///{path}")
    asyncio.run(_load(script, path))
    return path


def play(script: Script, seed: int, template: Path, folder: Path) -> Played:
    """Play the day once, in a database of its own in that folder."""
    path = folder / f"seed-{seed}.db"
    shutil.copyfile(template, path)
    try:
        return asyncio.run(act(script, seed, path))
    finally:
        for one in folder.glob(f"{path.name}*"):
            one.unlink()


def bare(text: str) -> SiteFile:
    """The site without what a rehearsal has no use for: its devices, and its close of day."""
    file = site_file.decode(text)
    settings = msgspec.structs.replace(file.site.settings, day_close=NEVER)
    return msgspec.structs.replace(
        file,
        site=msgspec.structs.replace(file.site, settings=settings),
        box=(),
        kiosk=(),
        board=(),
        printer=(),
        sign=(),
    )


async def _load(script: Script, path: Path) -> None:
    file = bare(script.site)
    start_ms = at_ms(date.fromisoformat(script.day), 0, file.site.zone)
    ledger = _ledger(path, VirtualClock(start_ms), 0)
    await ledger.start()
    try:
        await ledger.run(load_site, file, site=SITE, actor="cli")
    finally:
        await ledger.stop()


def _ledger(path: Path, clock: VirtualClock, seed: int) -> Ledger:
    backend = SqliteBackend(path, durable=False)
    return Ledger(backend, key=_KEY, clock=clock, ids=SeededIds(seed))


async def act(script: Script, seed: int, path: Path) -> Played:
    """Play the day in that database, which has the site and stays."""
    file = bare(script.site)
    midnight_ms = at_ms(date.fromisoformat(script.day), 0, file.site.zone)
    crowd = script.crowd(seed)
    spans = [span for shifts in script.shifts.values() for span in shifts]
    starts = [span.start for span in spans] + [one.minute for one in crowd[:1]]
    first_ms = midnight_ms + round(min(starts, default=0.0) * _MINUTE_MS) - _EARLY_S * 1000
    clock = VirtualClock(first_ms)
    ledger = _ledger(path, clock, seed)
    await ledger.start()
    try:
        engine = Engine(ledger, clock, random.Random(seed))  # noqa: S311 - repeatable on purpose
        hall = _Hall(engine, script, file, seed, midnight_ms)
        hall.plan(crowd)
        last = max([span.end for span in spans] + [one.minute for one in crowd[-1:]], default=0.0)
        await engine.run(midnight_ms + round(last * _MINUTE_MS) + _LATEST_S * 1000)
        entries = await ledger.read(journal.between, SITE, 0)
        waits = _waits(entries, midnight_ms, last)
        return Played(waits, dict(sorted(engine.refused.items())), engine.commands)
    finally:
        await ledger.stop()


def _waits(entries: Sequence[Entry], midnight_ms: int, last: float) -> tuple[Wait, ...]:
    """Every wait in a line; of those who were left in one until `last`, the end of the day.

    Without them a day with fewer desks would seem better: who would have waited longest is lacking.
    """
    found: list[Wait] = []
    waiting: dict[str, tuple[str, float]] = {}
    classes: dict[str, str] = {}
    for entry in entries:
        fact, minute = entry.fact, (entry.at_ms - midnight_ms) / _MINUTE_MS
        match fact:
            case facts.TicketIssued() | facts.TicketTransferred() | facts.TicketSentOn():
                waiting[fact.ticket] = (fact.service, minute)
                if isinstance(fact, facts.TicketIssued):
                    classes[fact.ticket] = fact.attention
            case facts.TicketCalled():
                waiting.pop(fact.ticket, None)
                waited = fact.waited_ms / _MINUTE_MS
                found.append(Wait(fact.service, fact.attention, minute - waited, waited))
            case facts.TicketCancelled():
                waiting.pop(fact.ticket, None)
            case _:
                pass
    for ticket, (service, since) in waiting.items():
        found.append(Wait(service, classes[ticket], since, max(0.0, last - since), called=False))
    return tuple(found)


class _Hall:
    """Everybody in the room."""

    def __init__(
        self, engine: Engine, script: Script, file: SiteFile, seed: int, midnight_ms: int
    ) -> None:
        self.engine = engine
        self.script = script
        self.seed = seed
        self.file = file
        self.of: dict[str, _Visit] = {}
        self._midnight_ms = midnight_ms
        self._clinical = {one.key for one in file.attention if one.clinical}
        self.services = {one.key: one for one in file.service}
        self._desks = [
            _Desk(self, number, one)
            for number, one in enumerate(file.desk, 1)
            if script.shifts.get(one.key)
        ]

    def plan(self, crowd: list[Person]) -> None:
        """Everything that is known in the morning."""
        for desk in self._desks:
            for span in self.script.shifts[desk.key]:
                self.engine.at(self.moment(span.start), desk.opens)
                self.engine.at(self.moment(span.end), desk.goes)
        for number, person in enumerate(crowd):
            visit = _Visit(person, number, self.seed)
            self.engine.at(self.moment(person.minute), partial(self._arrives, visit))

    def moment(self, minute: float) -> int:
        """That minute of the day, UTC."""
        return self._midnight_ms + round(minute * _MINUTE_MS)

    async def came(self, service: str) -> None:
        """Somebody joined a line: who is free and serves it looks up, until one has called."""
        await self.automatic()
        free = [one for one in self._desks if one.free and not one.auto and service in one.services]
        for desk in sorted(free, key=lambda one: (service not in one.primary, one.free_since)):
            if await desk.calls():
                return

    async def automatic(self) -> None:
        """Desks that call by themselves look whether anybody is due."""
        desks_by_ref = {one.ref: one for one in self._desks if one.auto}
        if desks_by_ref:
            called = await self.engine.do(auto_call.go_on, None, "system", _calls_in)
            for fact in called or ():
                desks_by_ref[fact.desk].attends(fact.ticket, fact.service)

    async def _arrives(self, visit: "_Visit") -> None:
        person = visit.person
        taken = await self.engine.do(
            issue,
            requests.Issue(
                service=person.service,
                attention=person.attention,
                channel="triage" if person.attention in self._clinical else "greeter",
                people=person.people,
            ),
            "user:1",
        )
        if taken is None:
            return
        self.of[taken.ticket] = visit
        if person.patience is not None:
            self.engine.soon(person.patience * 60, partial(self._gives_up, taken.ticket))
        await self.came(person.service)

    async def _gives_up(self, ticket: str) -> None:
        if not self.of[ticket].called:
            await self.engine.do(moves.cancel, requests.TicketMove(ticket), "user:1")


class _Visit:
    """One person's way through the day: what they need is drawn once, whoever attends them."""

    def __init__(self, person: Person, number: int, seed: int) -> None:
        self.person = person
        self.called = False
        self.then = list(person.then)
        self._chance = (random.Random(f"{seed}/{number}/{n}") for n in itertools.count())  # noqa: S311

    def takes(self, script: Script, service: str) -> float:
        """How long the next service takes, seconds."""
        return script.times[service].draw(next(self._chance))


class _Desk:
    """One desk and whoever works there."""

    def __init__(self, hall: _Hall, number: int, part: DeskPart) -> None:
        self.key = part.key
        self.ref = f"{hall.file.site.key}.{part.key}"
        self.auto = part.auto_call
        self.services = (*part.primary, *part.overflow)
        self.primary = part.primary
        self.free = False
        self.free_since = 0
        self._hall = hall
        self._engine = hall.engine
        self._agent = f"user:{100 + number}"
        self._between = random.Random(f"{hall.seed}/desk/{part.key}")  # noqa: S311
        self._working = False
        self._leaving = False
        self._serving: str | None = None

    async def opens(self) -> None:
        """Signs in, or comes back from a break, and calls."""
        self._leaving = False
        if self._working:
            return  # still at the last one of the shift before
        request = requests.OpenDesk(self.ref, take_over=True)
        self._working = await self._do(desks.open_desk, request) is not None
        if self._working:
            await self.calls()

    async def goes(self) -> None:
        """As soon as nobody is at the desk."""
        self._leaving = True
        self.free = False
        if self._serving is None:
            await self._closes()

    async def calls(self) -> bool:
        """Call whoever is due; whether somebody was."""
        if not self._working or self._serving is not None:
            return False
        if self._leaving:
            await self._closes()
            return False
        if not self.free:
            self.free, self.free_since = True, self._engine.now_ms
        if self.auto:
            await self._hall.automatic()
            return not self.free
        called = await self._do(calls.call_next, requests.Next(self.ref), _where)
        if called is not None:
            self.attends(called.ticket, called.service)
        return called is not None

    def attends(self, ticket: str, service: str) -> None:
        """This one was called here, and comes or does not."""
        self.free, self._serving = False, ticket
        visit = self._hall.of[ticket]
        visit.called = True
        if visit.person.no_show:
            self._soon(self._gap_s, partial(self._recalls, ticket, 1))
        else:
            takes_s = visit.takes(self._hall.script, service)
            self._soon(takes_s, partial(self._ends, ticket, service))

    async def _recalls(self, ticket: str, time: int) -> None:
        move = requests.TicketMove(ticket, self.ref)
        if time <= self._hall.file.site.settings.no_show_recalls:
            await self._do(calls.recall, move)
            self._soon(self._gap_s, partial(self._recalls, ticket, time + 1))
            return
        await self._do(calls.no_show, move)
        await self._next()

    async def _ends(self, ticket: str, service: str) -> None:
        visit = self._hall.of[ticket]
        after = None
        if visit.then:
            sent = requests.Transfer(ticket, service=visit.then.pop(0), at=self.ref)
            after = await self._do(moves.transfer, sent, _where)
        if after is None:
            outcome = "attended" if self._hall.services[service].outcomes else None
            done = requests.Finish(ticket, outcome, self.ref, onward="wait")
            after = await self._do(finishing.finish, done, _where)
        await self._next()
        if after is not None and after.state == State.WAITING:
            await self._hall.came(after.service)

    async def _next(self) -> None:
        """The desk is free again, after what an agent does between two people."""
        self._serving = None
        pause_s = 60 * self._between.choice(self._hall.script.between)
        if self.auto or pause_s <= 0:
            await self.calls()
        else:
            self._soon(pause_s, self.calls)

    async def _closes(self) -> None:
        if not self._working:
            return
        self.free = False
        request = requests.CloseDesk(self.ref, parked="return", line="keep")
        self._working = await self._do(desks.close_desk, request) is None

    @property
    def _gap_s(self) -> float:
        return self._hall.file.site.settings.recall_gap_s + 1

    async def _do(
        self,
        command: Callable[..., Any],
        request: object,
        view: Callable[..., Any] | None = None,
    ) -> Any:
        return await self._engine.do(command, request, self._agent, view)

    def _soon(self, seconds: float, event: Event) -> None:
        self._engine.soon(seconds, event)


class _Where(NamedTuple):
    """Where a ticket is after a command: a path or a transfer may have moved it on."""

    ticket: str
    service: str
    state: str


def _calls_in(tx: Tx, _result: object) -> list[facts.TicketCalled]:
    """The calls that a command made."""
    made = [entry.fact for entry in tx.entries]
    return [fact for fact in made if isinstance(fact, facts.TicketCalled)]


def _where(tx: Tx, result: requests.Called | requests.Moved) -> _Where | None:
    """Of the ticket that was called or moved; None: nobody waits."""
    if result.ticket is None:
        return None
    held = rows.load(tx, result.ticket)
    return _Where(held.id, held.service_key, held.state)
