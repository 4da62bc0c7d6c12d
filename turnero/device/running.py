"""A box at work: everything that starts once its store is open, and stops before it closes."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from litestar import Litestar
from litestar.types import ASGIApp

from turnero.boxes.protocol import BoxConfig
from turnero.device import heart, jobs, pages, signs
from turnero.device.alarms import Alarms
from turnero.device.board import Board, beside
from turnero.device.box import Box
from turnero.device.entry import BoxAuthenticator, only_here
from turnero.device.heart import Heart
from turnero.device.link import Link
from turnero.device.news import Follower, Ringer
from turnero.device.offline.keeping import Keeping
from turnero.device.offline.kiosk import BoxKiosk
from turnero.device.pairing import Pairer
from turnero.device.printing import BoxPapers, Papers
from turnero.device.settings import BoxSettings
from turnero.kiosk import slice as kiosk
from turnero.printer import slice as printer
from turnero.printer.room import Printers
from turnero.store.clock import Clock
from turnero.store.consumers import Consumers
from turnero.store.facts import ClockJumped
from turnero.store.ledger import Ledger
from turnero.store.timers import Timers
from turnero.store.tx import Tx
from turnero.web.languages import mark
from turnero.web.look import Look
from turnero.web.problem_texts import Text
from turnero.web.slice import Slice
from turnero.web.wiring import Web, options, weave

log = logging.getLogger("turnero.device")

HERE: Final = Path(__file__).parent
LANGUAGES: Final = ("es", "en", "pt", "qu")
#: seconds between two looks for papers of long ago
TIDY_S: Final = 3600.0
#: seconds before a part that failed is started again
RETRY_S: Final = 2.0

PROBLEMS: Final = {
    "kiosk-unknown": Text(
        mark("There is no such kiosk"), mark("This box hosts no kiosk called “%(kiosk)s”.")
    ),
}


class SiteClock:
    """The hours that people read, and that are compared with the server's: by the server's clock, as
    soon as it is known. What a box writes down for itself goes by its own.
    """

    def __init__(self, own: Clock, link: Link) -> None:
        self._own, self._link = own, link

    def now_ms(self) -> int:
        """See `Clock.now_ms`."""
        return self._own.now_ms() + (self._link.offset_ms or 0)

    def line_ms(self) -> int:
        """See `Clock.line_ms`."""
        return self._own.line_ms() + (self._link.offset_ms or 0)

    async def sleep(self, seconds: float) -> None:
        """See `Clock.sleep`."""
        await self._own.sleep(seconds)


class BoxLooks:
    """Web's `Looks`: a box has one site."""

    def __init__(self, box: Box) -> None:
        self._box = box

    def look(self, site: int | None) -> Look:
        """See `Looks.look`. Pages of no site take the words of the box's own."""
        config = self._box.config
        if config is None:
            return Look(0, "", "Turnero", LANGUAGES)
        own = _look(config)
        return (
            own
            if site == own.number
            else Look(0, "", own.name, own.languages, own.profile, own.zone)
        )


def _look(config: BoxConfig) -> Look:
    return Look(
        number=config.site,
        key=config.site_key,
        name=config.site_name,
        languages=config.languages,
        profile=config.profile,
        zone=config.zone,
    )


class Running:
    """See the module's text. Belongs to the loop on which it was made."""

    def __init__(self, settings: BoxSettings, ledger: Ledger) -> None:
        self.settings = settings
        self.ledger = ledger
        self.link = Link(settings.server)
        self.box = Box(settings, ledger, self.link)
        self.heart = Heart(self.box)
        self.pairer = Pairer(self.box)
        self.keeping = Keeping(self.box, changed=self._kept)
        self.kiosk = BoxKiosk(self.box, self.keeping)
        self.papers = Papers(self.box, self.keeping.settled)
        entry = BoxAuthenticator(self.box)
        self.web: Web = weave(
            self._slices(entry),
            ledger=ledger,
            clock=SiteClock(ledger.clock, self.link),
            authenticator=entry,
            looks=BoxLooks(self.box),
            languages=LANGUAGES,
            sign_in="/",
        )
        given: dict[str, Any] = options(self.web)
        own = Litestar(**given, openapi_config=None)
        board = Board(self.box, settings.port)
        self.app: ASGIApp = only_here(beside(own, board, settings.board_port))
        ringer = Ringer(self.box, self.web.hub.poke)
        self.link.changed.append(ringer.ring_all)
        self.box.changed += [lambda: pages.poke(self.web), self._reload]
        self.box.moved += [self.keeping.forget, self.kiosk.forget]
        self.link.changed.append(self._stood)
        timers = {kind: command for one in self.web.slices for kind, command in one.timers.items()}
        consumers = [each for one in self.web.slices for each in one.consumers.values()]
        self._timers = Timers(ledger, timers, _failed, _jumped)
        self._consumers = Consumers(ledger, consumers, _failed)
        self._tasks: list[asyncio.Task[None]] = []

    def _slices(self, entry: BoxAuthenticator) -> list[Slice]:
        settings, box = self.settings, self.box
        printing = printer.compose(Printers(settings.data / "paper", BoxPapers(box)))
        display, painted = signs.make(box, settings.data)
        box.signs = painted.beats
        own = Slice(
            name="device",
            routes=pages.routes(box, self.pairer, entry),
            templates=HERE / "templates",
            static=HERE / "static",
            views=(pages.BoxView(box),),
            problems=PROBLEMS,
        )
        return [
            own,
            kiosk.make("", lambda _web: self.kiosk, mine=lambda _kiosk: True),
            # Its pages are the server's; what is asked of paper here is asked on the box's own.
            replace(printing, routes=(), views=(), slots={}),
            display,
        ]

    async def start(self) -> None:
        """Start everything, in the order in which it is needed."""
        await self.ledger.start()
        await self.box.load()
        await self.keeping.restore()
        await self.kiosk.restore()
        self._timers.start()
        self._consumers.start()
        follower = Follower(self.box, self.heart)
        self._begin("pairing", self.pairer.run)
        self._begin("heart", self.heart.run)
        self._begin("news", follower.run)
        self._begin("keeping", self.keeping.run)
        self._begin("take", self.papers.take)
        self._begin("report", self.papers.report)
        self._begin("changes", self._changes)
        self._begin("tidy", self._tidy)
        if self.settings.ping:
            self._begin("ping", lambda: heart.ping(self.box))
        if self.settings.alarm.way:
            self._begin("alarms", self._alarm)
        for one in self.web.slices:
            for name, task in one.tasks.items():
                self._begin(name, lambda task=task: task(self.web))  # type: ignore[misc]

    def _begin(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        self._tasks.append(asyncio.create_task(_guard(name, work), name=name))

    async def _alarm(self) -> None:
        """Tell of the box's own troubles outside; its adapter is loaded where one is set."""
        from turnero.telephony.messages.opening import open_ways  # noqa: PLC0415

        alarm = self.settings.alarm
        opened = open_ways(alarm.ways, self.settings.data, lambda: time.time_ns() // 1_000_000)
        (messenger,) = opened.values()
        await Alarms(self.box, messenger, alarm.to).run()

    async def _tidy(self) -> None:
        """Papers of long ago are forgotten."""
        while True:
            await self.ledger.run(jobs.tidy, None, site=0, actor="system")
            await asyncio.sleep(TIDY_S)

    async def _changes(self) -> None:
        """What the box's store keeps may be news for the server, and for the box's own pages."""
        async for _ in self.ledger.hub.changes():
            self.papers.changed()
            self.box.tell()

    def _kept(self) -> None:
        """What the kiosks made without the server is told with the next heartbeat."""
        self.heart.backlog = self.keeping.backlog.left
        self.box.tell()

    def _stood(self) -> None:
        away = self.link.standing == "away"
        self.heart.offline_ms = self.link.since_ms if away else None

    def _reload(self) -> None:
        """Pages come anew once nobody touches them when the server's program is another, and when the
        box was switched off or let in: then they prove nothing any more, and come by the front door.
        """
        standing = self.link.standing
        parts = [self.web.assets.version, self.box.server_version]
        parts += [standing] if standing in ("revoked", "unpaired") else []
        version = "-".join(parts)
        if version == self.web.hub.version:
            return
        self.web.hub.version = version
        self.web.hub.seats.end(None)
        self.web.hub.seats.end_all()

    @property
    def well(self) -> bool:
        """Whether the service manager may go on trusting this process."""
        return self.ledger.broken is None and not any(task.done() for task in self._tasks)

    def end_streams(self) -> None:
        """Let every live stream end, so that connections can close."""
        self.web.hub.stop()

    async def stop(self) -> None:
        """Stop everything that was started, last first."""
        self.end_streams()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._consumers.stop()
        await self._timers.stop()
        if self.ledger.broken is None:
            await self.box.keep_seq()
        await self.link.close()
        await self.ledger.stop()


async def _guard(name: str, work: Callable[[], Awaitable[None]]) -> None:
    """One part must not take the others along; it begins anew."""
    while True:
        try:
            await work()
        except Exception as error:  # noqa: BLE001 - see above
            _failed(name, error)
            await asyncio.sleep(RETRY_S)
        else:
            await asyncio.Event().wait()  # it had an end of its own


def _failed(name: str, error: Exception) -> None:
    log.error("background work failed: %s", name, exc_info=error)


def _jumped(tx: Tx, jump: ClockJumped) -> None:
    """The line's hours are the server's: nothing here is due at one."""
