"""Calls that came in, each run by one session; the part of the menu that does something.

Whoever reads the exchange's events gives each to `Inbounds.heard`. A crash of ours drops the
sessions: the dialplan then speaks, and what was committed stays.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Final

from msgspec.structs import replace

from turnero.store.clock import Clock
from turnero.store.errors import TurneroError
from turnero.telephony.dialler import PREFIX
from turnero.telephony.exchange import (
    Event,
    Exchange,
    ExchangeAway,
    Inbound,
    Joined,
    LinkUp,
    Parted,
    Stage,
)
from turnero.telephony.ivr import holding, menu, rating
from turnero.telephony.ivr.acts import Acts
from turnero.telephony.ivr.calls import Call, House, Move, Step
from turnero.telephony.ivr.session import Session
from turnero.web.languages import DEFAULT

log = logging.getLogger(__name__)

#: seconds that calls have to end when we do
CLOSE_S: Final = 5
#: seconds before who holds the line is looked up again
AGAIN_S: Final = 2


class Inbounds:
    """Every call that came in, and those that say how it went after a callback.

    `speaks` tells whether a language can be heard; all methods belong to the event loop.
    """

    def __init__(
        self,
        exchange: Exchange,
        acts: Acts,
        clock: Clock,
        *,
        speaks: Callable[[str], bool] = lambda _: True,
    ) -> None:
        self._exchange = exchange
        self._acts = acts
        self._clock = clock
        self._speaks = speaks
        self._sessions: dict[str, Session] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._resuming: asyncio.Task[None] | None = None

    def owns(self, leg: str) -> bool:
        """Whether the leg is a call that came in, or says how it went."""
        return leg in self._sessions

    def heard(self, event: Event) -> None:
        """What happens at the exchange. Never blocks."""
        if isinstance(event, Inbound):
            if event.leg not in self._sessions:
                self._answer(event)
        elif isinstance(event, LinkUp):
            for one in self._sessions.values():
                one.look()
            if self._resuming is not None:
                self._resuming.cancel()
            self._resuming = self._start(self._resume())
        else:
            legs = {event.a, event.b} if isinstance(event, Joined | Parted) else {_leg(event)}
            for leg in legs & self._sessions.keys():
                self._sessions[leg].hear(event)

    async def rate(self, leg: str, site: int, ticket: str, language: str) -> bool:
        """Ask who is on this leg how it went; whether they are asked. The leg is ours from now on."""
        if one := self._sessions.get(leg):
            one.hang_up()
            return True
        house = await self._house_of(site)
        if house is None:
            return False
        self._open(leg, rating.after(house, ticket, self.language(language, house.languages)))
        return True

    def language(self, wanted: str, offered: Sequence[str]) -> str:
        """In which one is spoken with: the one wanted, or the first of those offered that is heard."""
        found = (one for one in (wanted, *offered) if one in offered and self._speaks(one))
        return next(found, DEFAULT)

    async def close(self) -> None:
        """End: two who speak go on at the exchange, and who holds the line stays on it."""
        for one in self._sessions.values():
            one.stop()
        if self._resuming is not None:
            self._resuming.cancel()
        tasks = tuple(self._tasks)
        if tasks:
            _, stuck = await asyncio.wait(tasks, timeout=CLOSE_S)
            for task in stuck:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    # --- inside --------------------------------------------------------------------------

    async def _resume(self) -> None:
        """Take up who was there before this process or link was, again and again until it is done."""
        told = False
        while True:
            try:
                await self._take_up()
            except (ExchangeAway, TurneroError) as away:
                if not told:
                    log.warning("who holds the line cannot be looked up yet: %s", away)
                told = True
                await self._clock.sleep(AGAIN_S)
            else:
                return

    async def _take_up(self) -> None:
        """Who held the line of a process before this one, and is still there, goes on holding.

        Of others nobody knows what they were asked: the exchange speaks to them.
        """
        for held in await self._acts.held():
            state = await self._exchange.lookup(held.leg)
            house = await self._house_of(held.site)
            alive = state is not None and state.stage is Stage.UP and state.joined is None
            if alive and house is not None and held.leg not in self._sessions:
                said = self.language(held.language, house.languages)
                call = Call(house, Step.HOLDING, said, ticket=held.ticket)
                self._open(held.leg, holding.resumed(call))
        for one in await self._exchange.live():
            lost = one.stage is Stage.UP and one.joined is None and one.id not in self._sessions
            if lost and not one.id.startswith(PREFIX):
                await self._leave(one.id)

    async def _house_of(self, site: int) -> House | None:
        found = await self._acts.house_of(site)
        return None if found is None else self._spoken(found)

    def _answer(self, event: Inbound) -> None:
        session = Session(event.leg, self._exchange, self._acts, self._clock)
        self._sessions[event.leg] = session
        self._keep(session, self._begin(session, event))

    async def _begin(self, session: Session, event: Inbound) -> None:
        try:
            found = await self._acts.house(event.called)
            house = None if found is None else self._spoken(found)
        except Exception:
            log.exception("a call that came in cannot be answered")
            house = None
        if house is None:
            await self._leave(event.leg)
            return
        caller = self._acts.caller(house, event.caller)
        await session.run(menu.begin(house, caller))

    def _open(self, leg: str, first: Move) -> None:
        session = Session(leg, self._exchange, self._acts, self._clock)
        self._sessions[leg] = session
        self._keep(session, session.run(first))

    def _keep(self, session: Session, running: Coroutine[Any, Any, None]) -> None:
        async def kept() -> None:
            try:
                await running
            except Exception:
                log.exception("a call that came in is put down")
                await self._leave(session.leg)
            finally:
                self._sessions.pop(session.leg, None)
                self._acts.over(session.leg)

        self._start(kept())

    def _start(self, running: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(running)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _leave(self, leg: str) -> None:
        try:
            await self._exchange.leave(leg)
        except ExchangeAway:
            log.warning("a call that came in cannot be left: the exchange is away")

    def _spoken(self, house: House) -> House | None:
        """With the languages that can be heard; None where nothing can."""
        heard = tuple(filter(self._speaks, house.languages)) or tuple(
            filter(self._speaks, (DEFAULT,))
        )
        return replace(house, languages=heard) if heard else None


def _leg(event: Event) -> str:
    return getattr(event, "leg", "")
