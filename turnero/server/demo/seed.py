"""Fills an empty data folder with the demonstration's hospital and three quarters of an hour of its day.

Every ticket is issued and called by the ordinary commands, on a clock that starts in the past
and is moved on, so that ranks, waits and the journal are what such a day would have left.
"""

import secrets
import time
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

from turnero.queue.commands.calls import call_next
from turnero.queue.commands.desks import open_desk, pause_desk
from turnero.queue.commands.finishing import finish
from turnero.queue.commands.issue import issue
from turnero.queue.commands.moves import start
from turnero.queue.commands.pictures import KeepPicture, keep
from turnero.queue.requests import Finish, Issue, Next, OpenDesk, PauseDesk, TicketMove
from turnero.server.accounts.service import Accounts
from turnero.server.demo.bounds import MARK
from turnero.server.sites import load_site
from turnero.store.clock import VirtualClock
from turnero.store.ledger import Ledger
from turnero.store.opening import open_store
from turnero.web.pictures import tidy
from turnero.web.principal import Role

SITE = "demo"
KIOSK = "hall"
BOARD = "sala"
#: whose browser the demonstration's page makes one's own
LOGIN = "demo"
#: the desk at which that person sits
DESK = "demo.1"

_MINUTE_MS = 60_000
#: the day begins so long ago
_AGO_MIN = 46
#: service -> how many came
_ARRIVALS = {
    "admision": 14,
    # and those whom admission sends on
    "caja": 6,
    "muestras": 3,
    "resultados": 5,
    "farmacia": 11,
    "informes": 6,
}
#: of whom every so manyth is preferential
_PREFERENTIAL = 6
#: desk -> minutes ago when it called the next
_CALLS = {
    "demo.1": (43, 39, 35, 31, 28, 24, 21, 17, 14, 10, 7),
    "demo.2": (42, 37, 33, 28, 24, 20, 16, 12, 7),
    "demo.3": (41, 36, 31, 27, 22, 18, 14, 10, 5, 1),
    "demo.4": (42, 37, 32, 27, 22, 17, 12, 8),
}
#: desk -> minutes ago when it finished its last
_FINISHES = {"demo.1": 3, "demo.4": 4}
_BREAK = ("demo.4", 3.5, "Refrigerio")


class Event(NamedTuple):
    """Something that happened so many minutes ago."""

    ago_min: float
    what: str
    whom: str


def hospital() -> str:
    """The site's description."""
    return files("turnero.server.demo").joinpath("hospital.toml").read_text("utf-8")


def _picture() -> KeepPicture:
    """The plan that the board shows; the description names it by its digest."""
    plan = tidy(files("turnero.server.demo").joinpath("plan.webp").read_bytes())
    return KeepPicture(*plan)


def _events() -> Iterator[Event]:
    for turn, (service, count) in enumerate(_ARRIVALS.items()):
        for n in range(count):
            yield Event(45 - n * 44 / count - turn * 0.3, "issue", service)
    for desk, calls in _CALLS.items():
        for ago in calls:
            yield Event(ago, "next", desk)
            if ago > 1:
                yield Event(ago - 0.6, "start", desk)
    for desk, ago in _FINISHES.items():
        yield Event(ago, "finish", desk)
    yield Event(_BREAK[1], "break", _BREAK[0])
    yield Event(0.4, "paper", "farmacia")


async def fill(folder: Path) -> None:
    """Make the installation and its day. The folder must be empty or not exist; nobody else may use it."""
    _mark(folder)
    clock = VirtualClock(time.time_ns() // 1_000_000 - _AGO_MIN * _MINUTE_MS)
    store = open_store(folder, clock=clock)
    try:
        await store.ledger.start()
        try:
            await _Day(store.ledger, clock).live()
        finally:
            await store.ledger.stop()
    finally:
        store.close()


def _mark(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / MARK).write_text(
        "This folder was made by `turnero serve --demo`. It may be removed.\n", "utf-8"
    )


class _Day:
    """Lives through the day's events."""

    def __init__(self, ledger: Ledger, clock: VirtualClock) -> None:
        self._ledger = ledger
        self._clock = clock
        self._site = 0
        self._agents: dict[str, str] = {}
        self._serving: dict[str, str] = {}

    async def live(self) -> None:
        self._site = (await load_site(self._ledger, hospital(), actor="cli"))["number"]
        await self._ledger.run(keep, _picture(), site=self._site, actor="cli")
        await self._people()
        now_ms = self._clock.now_ms() + _AGO_MIN * _MINUTE_MS
        classes: dict[str, int] = {}
        for event in sorted(_events(), key=lambda one: -one.ago_min):
            self._clock.advance(now_ms - round(event.ago_min * _MINUTE_MS) - self._clock.now_ms())
            if event.what in {"issue", "paper"}:
                count = classes[event.whom] = classes.get(event.whom, 0) + 1
                await self._issue(
                    event.whom,
                    preferential=count % _PREFERENTIAL == _PREFERENTIAL // 2,
                    paper=event.what == "paper",
                )
            else:
                await self._at_desk(event.what, event.whom)

    async def _people(self) -> None:
        accounts = Accounts(self._ledger, session_ms=1)
        for desk in _CALLS:
            mine = desk == DESK
            key = desk.rpartition(".")[2]
            number = await accounts.create(
                LOGIN if mine else f"ventanilla-{key}",
                secrets.token_urlsafe(
                    24
                ),  # nobody's: the demonstration's page signs its visitor in
                role=str(Role.SUPERVISOR if mine else Role.AGENT),
                name="Demo" if mine else f"Agente {key}",
                site=self._site,
                actor="cli",
            )
            self._agents[desk] = f"user:{number}"
            await self._run(open_desk, OpenDesk(desk), desk)
        for role, place in ((Role.KIOSK, KIOSK), (Role.BOARD, BOARD)):
            await accounts.create_token(
                str(role), site=self._site, place=place, label="demo", actor="cli"
            )

    async def _issue(self, service: str, *, preferential: bool, paper: bool) -> None:
        request = Issue(
            service,
            attention="preferential" if preferential else None,
            channel="kiosk",
            # A ticket of the kiosk is printed by it: one piece of paper shall lie there.
            place=KIOSK if paper else None,
        )
        await self._ledger.run(issue, request, site=self._site, actor="system")

    async def _at_desk(self, what: str, desk: str) -> None:
        held = self._serving.get(desk)
        if what == "next":
            called = await self._run(call_next, Next(desk), desk)
            if called.ticket is None:
                self._serving.pop(desk, None)
            else:
                self._serving[desk] = called.ticket
        elif what == "break":
            await self._run(pause_desk, PauseDesk(desk, _BREAK[2]), desk)
        elif held is not None and what == "start":
            await self._run(start, TicketMove(held), desk)
        elif held is not None and what == "finish":
            await self._run(finish, Finish(held), desk)
            del self._serving[desk]

    async def _run(self, command: Any, request: Any, desk: str) -> Any:
        return await self._ledger.run(command, request, site=self._site, actor=self._agents[desk])
