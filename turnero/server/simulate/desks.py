"""The desks of the simulated day: who works there calls, serves, takes breaks and goes home."""

from turnero.queue import requests
from turnero.queue.commands import calls, desks, finishing, hand_over, moves, ratings, undo
from turnero.server.simulate.engine import Engine
from turnero.server.simulate.site import DESKS, KEY, SERVICES


class Hall:
    """All desks, and who waits as far as the people at the desks know."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.desks: dict[int, Desk] = {}
        #: the latest tickets of each service, to call one out of turn
        self.latest: dict[str, str] = {}
        self.service_of: dict[str, str] = {}

    def came(self, service: str, ticket: str) -> None:
        """Somebody joined a line: the first free desk that serves it looks up."""
        self.latest[service] = ticket
        self.service_of[ticket] = service
        for desk in self.desks.values():
            if desk.free and service in desk.services:
                desk.free = False
                self.engine.soon(self.engine.chance.uniform(1, 5), desk.presses_next)
                return

    def wake_all(self) -> None:
        """Everybody who is free presses again."""
        for desk in self.desks.values():
            if desk.free:
                desk.free = False
                self.engine.soon(self.engine.chance.uniform(1, 10), desk.presses_next)


class Desk:
    """One desk and whoever works there."""

    def __init__(self, hall: Hall, number: int, agent: str) -> None:
        self._hall = hall
        self._engine = hall.engine
        self._chance = hall.engine.chance
        self._ref = f"{KEY}.{number}"
        self._agent = agent
        primary, overflow = DESKS[number]
        self.services = (*primary, *overflow)
        #: works, and nobody waits for it
        self.free = False
        #: from when, for how many minutes, why
        self.breaks: list[tuple[float, float, str]] = []
        self._working = False
        self._leaving = False
        self._serving: str | None = None
        self._relief: tuple[str, str, float] | None = None

    async def opens(self) -> None:
        """Signs in and begins."""
        await self._engine.do(desks.open_desk, requests.OpenDesk(self._ref), self._agent)
        self._working = True
        self._engine.soon(self._chance.uniform(5, 40), self.presses_next)

    async def goes_home(self) -> None:
        """As soon as nobody is at the desk."""
        self._leaving = True
        if self._serving is None:
            await self._closes()

    async def hands_over(self, words: str, agent: str, pause_s: float) -> None:
        """Leaves a word for the next one, as soon as nobody is at the desk."""
        self._relief = (words, agent, pause_s)
        if self._serving is None:
            await self._is_relieved()

    async def is_taken_over(self, agent: str) -> None:
        """Somebody else takes the desk, with whoever is being served."""
        request = requests.OpenDesk(self._ref, take_over=True)
        if await self._engine.do(desks.open_desk, request, agent) is not None:
            self._agent = agent

    async def presses_next(self) -> None:
        """Calls whoever is most due, or now and then somebody chosen."""
        if not self._working or self._serving is not None:
            return
        if self._leaving:
            await self._closes()
        elif self._relief is not None:
            await self._is_relieved()
        elif self.breaks and self._engine.now_ms >= self.breaks[0][0]:
            await self._rests()
        elif self._chance.random() < 0.012:  # noqa: PLR2004 - somebody can't wait
            await self._calls_chosen()
        else:
            await self._calls(None)

    async def _calls(self, outcome: str | None) -> None:
        request = requests.Next(self._ref, outcome)
        called = await self._engine.do(calls.call_next, request, self._agent)
        self._serving = called.ticket if called is not None else None
        self._begins()

    async def _calls_chosen(self) -> None:
        ticket = self._hall.latest.get(self.services[0], "0" * 32)
        request = requests.CallChosen(ticket, self._ref, "adulto mayor con dolor")
        called = await self._engine.do(calls.call_chosen, request, self._agent)
        if called is None:
            await self._calls(None)
            return
        self._serving = called.ticket
        self._begins()

    def _begins(self) -> None:
        """Somebody was called, or nobody waits."""
        ticket, soon = self._serving, self._engine.soon
        if ticket is None:
            self.free = True
            return
        if self._chance.random() < 0.045:  # noqa: PLR2004 - nobody comes
            soon(21, lambda: self._recalls(ticket, 1))
            return
        walk = self._chance.uniform(6, 25)
        if self._chance.random() < 0.4:  # noqa: PLR2004 - some agents press start
            soon(walk, lambda: self._starts(ticket))
        mean = SERVICES[self._hall.service_of.get(ticket, "admision")][1] * 60
        length = min(self._chance.lognormvariate(-0.18, 0.6) * mean, 6 * mean)
        soon(walk + max(30.0, length), lambda: self._ends(ticket))

    async def _starts(self, ticket: str) -> None:
        request = requests.TicketMove(ticket, self._ref)
        await self._engine.do(moves.start, request, self._agent)

    async def _recalls(self, ticket: str, time: int) -> None:
        request = requests.TicketMove(ticket, self._ref)
        if time <= 2:  # noqa: PLR2004 - twice, then they are absent
            await self._engine.do(calls.recall, request, self._agent)
            self._engine.soon(21, lambda: self._recalls(ticket, time + 1))
            return
        await self._engine.do(calls.no_show, request, self._agent)
        if self._chance.random() < 0.3:  # noqa: PLR2004 - comes after all
            self._engine.soon(self._chance.uniform(60, 1500), lambda: self._returns(ticket))
        self._is_free()

    async def _returns(self, ticket: str) -> None:
        await self._engine.do(moves.return_ticket, requests.TicketMove(ticket), "user:91")
        self._hall.came(self._hall.service_of.get(ticket, "admision"), ticket)

    async def _ends(self, ticket: str) -> None:
        """Finished, sent on, set aside; or the next one is called at once."""
        what, outcome = self._chance.random(), self._outcome(ticket)
        request = requests.TicketMove(ticket, self._ref)
        if what < 0.03:  # noqa: PLR2004 - to another service
            target = self._chance.choice(["caja", "farmacia", "muestras"])
            sent = requests.Transfer(ticket, service=target, at=self._ref)
            await self._engine.do(moves.transfer, sent, self._agent)
            self._hall.came(target, ticket)
        elif what < 0.05:  # noqa: PLR2004 - something is missing
            await self._engine.do(moves.park, request, self._agent)
            self._engine.soon(self._chance.uniform(240, 1300), lambda: self._returns(ticket))
        elif what < 0.6 and not (self._leaving or self._relief or self._tired):  # noqa: PLR2004
            self._rated(ticket)
            self._serving = None
            await self._calls(outcome)
            return
        else:
            finished = requests.Finish(ticket, outcome, self._ref)
            await self._engine.do(finishing.finish, finished, self._agent)
            if what > 0.993:  # noqa: PLR2004 - pressed too early
                self._engine.soon(4, lambda: self._undoes(ticket))
                return
            self._rated(ticket)
        self._is_free()

    async def _undoes(self, ticket: str) -> None:
        await self._engine.do(undo.undo, requests.TicketMove(ticket, self._ref), self._agent)
        self._engine.soon(40, lambda: self._ends(ticket))

    def _rated(self, ticket: str) -> None:
        if self._chance.random() < 0.15:  # noqa: PLR2004 - says how it went
            answer = self._chance.choices([5, 4, 3, 2, 1], [0.5, 0.28, 0.12, 0.06, 0.04])[0]
            request = requests.Rate(ticket, "overall", 1, answer, place="k1")

            async def rates() -> None:
                await self._engine.do(ratings.rate, request, "token:1")

            self._engine.soon(30, rates)

    def _outcome(self, ticket: str) -> str | None:
        asked = self._hall.service_of.get(ticket) == "oncologia"
        return self._chance.choice(["attended", "referred"]) if asked else None

    @property
    def _tired(self) -> bool:
        return bool(self.breaks) and self._engine.now_ms >= self.breaks[0][0]

    def _is_free(self) -> None:
        self._serving = None
        self._engine.soon(self._chance.uniform(3, 15), self.presses_next)

    async def _rests(self) -> None:
        _, minutes, why = self.breaks.pop(0)
        await self._engine.do(desks.pause_desk, requests.PauseDesk(self._ref, why), self._agent)
        self._engine.soon(minutes * 60, self._resumes)

    async def _resumes(self) -> None:
        await self._engine.do(desks.resume_desk, requests.DeskMove(self._ref), self._agent)
        self._is_free()

    async def _is_relieved(self) -> None:
        if self._relief is None:
            return
        words, agent, pause_s = self._relief
        self._relief, self._working, self.free = None, False, False
        request = requests.HandOver(self._ref, words)
        left = await self._engine.do(hand_over.hand_over, request, self._agent)
        self._agent = agent

        async def reads() -> None:
            await self.opens()
            if left is not None:
                await self._engine.do(hand_over.read, left, agent)

        self._engine.soon(pause_s, reads)

    async def _closes(self) -> None:
        if not self._working:
            return
        self._working, self.free = False, False
        request = requests.CloseDesk(self._ref, parked="return", line="keep")
        if await self._engine.do(desks.close_desk, request, self._agent) is None:
            # On a break, say: it is closed at its end.
            self._working = True
            self._engine.soon(120, self.goes_home)
