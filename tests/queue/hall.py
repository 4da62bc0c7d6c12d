"""A waiting hall for tests: the real ledger, a loaded site, a clock that the test moves."""

import itertools
from collections.abc import Callable
from typing import Any, TypeVar

from turnero.queue import call_requests, reads, requests, site_file
from turnero.queue.commands import (
    callbacks,
    calls,
    codes,
    corrections,
    day,
    desks,
    finishing,
    issue,
    moves,
    ratings,
    steps,
    undo,
    unticketed,
)
from turnero.queue.commands import help as helping
from turnero.queue.commands.sites import load_site
from turnero.queue.numbers import local
from turnero.queue.timers import TIMERS
from turnero.queue.views import DeskView, TicketView
from turnero.store import journal
from turnero.store.clock import VirtualClock
from turnero.store.facts import Entry, Fact
from turnero.store.ledger import Ledger
from turnero.store.sql import Query, Statement
from turnero.store.timers import TimerDue, Timers
from turnero.store.vault import Sealed

R = TypeVar("R")

_numbers = itertools.count(1)

#: Monday 2 March 2026, 09:00 in Lima
MORNING_MS = 1772460000000

SITE = """
[site]
key = "hnc"
name = "Hospital Nacional"
zone = "America/Lima"
profile = "pe"
languages = ["es", "en"]
hours = { mon = ["08:00-13:00", "14:00-18:00"], tue = ["08:00-18:00"] }

[[service]]
key = "caja"
prefix = "C"
name = { es = "Caja", en = "Cashier" }
callbacks = {}

[[service]]
key = "lab"
name = { es = "Laboratorio", en = "Laboratory" }

[[service]]
key = "sangre"
parent = "lab"
prefix = "S"
name = { es = "Toma de sangre", en = "Blood test" }
requirements = { es = ["En ayunas", "DNI"] }
target_minutes = 20

[[service]]
key = "infecto"
parent = "lab"
prefix = "E"
name = { es = "VIH", en = "HIV" }
public_name = { es = "Consultorio 4", en = "Room 4" }
outcomes = true

[[service]]
key = "urgencia"
prefix = "U"
name = { es = "Emergencia", en = "Emergency" }
all_day = true

[[service]]
key = "citas"
prefix = "K"
name = { es = "Citas", en = "Appointments" }
quota = 2

[[desk]]
key = "v1"
name = "Ventanilla 1"
phone = "desk1"
zone = "a"
primary = ["caja", "urgencia"]
overflow = ["sangre"]

[[desk]]
key = "v2"
name = "Ventanilla 2"
zone = "b"
primary = ["sangre", "infecto"]

[[attention]]
key = "rojo"
name = { es = "Prioridad I" }
clinical = true

[[attention]]
key = "preferential"
name = { es = "Preferente", en = "Priority" }

[[attention]]
key = "ordinary"
name = { es = "General", en = "General" }

[[kiosk]]
key = "k1"
name = "Entrada"
printer = "p1"

[[printer]]
key = "p1"
name = "Impresora"
url = "virtual:"

[[board]]
key = "b1"
name = "Sala"
zone = "a"
"""


class Hall:
    """Acts at the site as its people do; every act is a command through the ledger."""

    def __init__(self, ledger: Ledger, clock: VirtualClock) -> None:
        self.ledger = ledger
        self.clock = clock
        self.site = 1

    async def load(self, source: str = SITE) -> int:
        """Load the site; how many rows changed."""
        loaded = await self.act(load_site, site_file.decode(source))
        return loaded.changes

    async def act(self, command: Callable[..., R], request: object, actor: str = "token:1") -> R:
        """Run a command."""
        return await self.ledger.run(command, request, site=self.site, actor=actor)

    async def read(self, function: Callable[..., R], *args: Any) -> R:
        """Run a read."""
        return await self.ledger.read(function, *args)

    async def rows(self, statement: Statement, **params: Any) -> list[Any]:
        """Rows, straight from the tables."""

        def get(q: Query) -> list[Any]:
            return q.rows(statement, **params)

        return await self.ledger.read(get)

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.clock.advance(round(seconds * 1000))

    def wall(self) -> str:
        """The hour at the site."""
        return local(self.clock.now_ms(), "America/Lima").strftime("%H:%M")

    # --- people -----------------------------------------------------------------------------

    async def take(self, service: str = "caja", attention: str | None = None, **more: Any) -> str:
        """Take a ticket; its id."""
        request = requests.Issue(service=service, attention=attention, **more)
        return (await self.act(issue.issue, request)).ticket

    async def number(self, service: str = "caja") -> str:
        """Take a ticket; its number."""
        return (await self.act(issue.issue, requests.Issue(service=service))).number

    async def open(self, desk: str = "v1", actor: str = "token:1", **more: Any) -> int:
        """Open a desk; its session."""
        request = requests.OpenDesk(desk=f"hnc.{desk}", **more)
        return (await self.act(desks.open_desk, request, actor)).session

    async def ring_me(self, **more: Any) -> call_requests.Asked:
        """Ask to be rung, each time at another number."""
        digits = f"{next(_numbers):032x}"
        phone = Sealed(digits, bytes.fromhex(digits), "00000000", "PE", "mobile", digits[-3:])
        return await self.act(
            callbacks.ask, call_requests.AskCallback(phone=phone, **{"service": "caja", **more})
        )

    async def next(
        self, desk: str = "v1", outcome: str | None = None, actor: str = "token:1"
    ) -> str | None:
        """Press next; who was called."""
        request = requests.Next(desk=f"hnc.{desk}", outcome=outcome)
        return (await self.act(calls.call_next, request, actor)).ticket

    async def call(self, ticket: str, desk: str = "v1", reason: str = "adulto mayor") -> None:
        """Call a chosen ticket."""
        request = requests.CallChosen(ticket=ticket, desk=f"hnc.{desk}", reason=reason)
        await self.act(calls.call_chosen, request)

    async def move(self, move: str, ticket: str, at: str | None = None) -> str:
        """Recall, start, no-show, return, park, cancel or undo; the state it led to."""
        command = {
            "recall": calls.recall,
            "start": moves.start,
            "no-show": calls.no_show,
            "return": moves.return_ticket,
            "park": moves.park,
            "cancel": moves.cancel,
            "step-out": steps.step_out,
            "renew": codes.renew,
            "undo": undo.undo,
        }[move]
        at_desk = None if at is None else f"hnc.{at}"
        moved = await self.act(command, requests.TicketMove(ticket=ticket, at=at_desk))
        return moved.state

    async def finish(self, ticket: str, outcome: str | None = None) -> None:
        """End the service."""
        await self.act(finishing.finish, requests.Finish(ticket=ticket, outcome=outcome))

    async def transfer(
        self, ticket: str, service: str | None = None, desk: str | None = None
    ) -> None:
        """Send to a service or to one desk."""
        to_desk = None if desk is None else f"hnc.{desk}"
        request = requests.Transfer(ticket=ticket, service=service, desk=to_desk)
        await self.act(moves.transfer, request)

    async def correct(self, ticket: str, reason: str = "se equivocó", **more: Any) -> None:
        """Put right a service, a class or a count of people."""
        request = requests.Correct(ticket=ticket, reason=reason, **more)
        await self.act(corrections.correct, request)

    async def unticketed(
        self, service: str = "caja", desk: str = "v1", actor: str = "token:1", **more: Any
    ) -> str:
        """Serve somebody who has no ticket; the one that was made."""
        request = requests.ServeUnticketed(desk=f"hnc.{desk}", service=service, **more)
        called = await self.act(unticketed.serve, request, actor)
        assert called.ticket is not None
        return called.ticket

    async def rate(self, ticket: str, answer: Any = 5, **more: Any) -> None:
        """Rate."""
        fields = {"question": "overall", "version": 1, **more}
        await self.act(ratings.rate, requests.Rate(ticket=ticket, answer=answer, **fields))

    async def help(self, need: str = "help", place: str = "k1") -> int:
        """Ask for help; the call."""
        asked = await self.act(helping.ask_help, requests.AskHelp(place=place, need=need))
        return asked.help

    async def close_day(self) -> requests.DayDone:
        """Close the day now."""
        return await self.act(day.close_day, requests.CloseDay())

    async def no_show(self, ticket: str) -> None:
        """Recall as often as it takes, then no-show."""
        for _ in range(2):
            self.wait(20)
            await self.move("recall", ticket)
        await self.move("no-show", ticket)

    # --- what came of it --------------------------------------------------------------------

    async def ticket(self, ticket: str) -> TicketView:
        """The ticket as its owner sees it."""
        view = await self.read(reads.ticket, ticket, self.clock.line_ms())
        assert view is not None
        return view

    async def desk(self, desk: str = "v1") -> DeskView:
        """The desk's page."""
        view = await self.read(reads.desk, f"hnc.{desk}", self.clock.line_ms())
        assert view is not None
        return view

    async def state(self, ticket: str) -> str:
        """The state that a ticket is in."""
        return (await self.ticket(ticket)).state

    async def entries(self) -> list[Entry]:
        """The site's journal."""
        return await self.read(journal.read, self.site, 0, 10_000)

    async def facts(self, kind: type[Fact] | None = None) -> list[Any]:
        """The site's facts, all or of one kind."""
        found = [entry.fact for entry in await self.entries()]
        return [fact for fact in found if kind is None or isinstance(fact, kind)]

    async def fire_timers(self) -> None:
        """Fire what is due, once each, as the server's timers do."""
        timers = Timers(self.ledger, TIMERS, _failed)
        await timers._fire_due()


def _failed(kind: str, error: Exception) -> None:
    raise AssertionError(kind) from error


__all__ = ["MORNING_MS", "SITE", "Hall", "TimerDue"]
