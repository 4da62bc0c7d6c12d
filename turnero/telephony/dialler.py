"""The one who dials: reads what callbacks want, rings, asks and joins, and tells what it heard.

Nothing is remembered here that a restart could lose. What is to be done is read from the rows
after each commit; a leg that this process has not placed itself, or whose link was lost, is looked
up before anything else is done with it, and never placed again.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final, TypeVar

from turnero.queue import refusals
from turnero.queue.call_requests import DialDesk, DialPatient, Heard, OfCallback
from turnero.queue.commands import dialling
from turnero.queue.reads import callbacks as reads
from turnero.queue.reads.callbacks import OpenLeg, Wanting
from turnero.queue.requests import Moved
from turnero.store.errors import TurneroError
from turnero.store.ledger import Ledger
from turnero.store.vault import CannotOpen
from turnero.telephony.acts import Acts
from turnero.telephony.confirming import YES, Confirming, Questions
from turnero.telephony.exchange import (
    HOLDING,
    Answered,
    Digit,
    Ended,
    Event,
    Exchange,
    ExchangeAway,
    Extension,
    Leg,
    LegState,
    Outcome,
    Parted,
    Phone,
    Placed,
    PromptDone,
    Ringing,
    Stage,
)

R = TypeVar("R")

#: how ids of our legs begin: what else lives at the exchange is not ours to end
PREFIX: Final = "tn-"
#: seconds between two looks while nothing stirs
LOOK_S: Final = 1.0
#: seconds between two looks for legs that nobody knows
SWEEP_S: Final = 30.0
#: seconds for a last word to who picked up and pressed a key that ends it
BYE_S: Final = 4.0
#: seconds in which the menu tells who stays on the line that they need not any more
LEAVE_S: Final = 12.0
_STAGES: Final = {Stage.CALLING: "placed", Stage.RINGING: "ringing", Stage.UP: "up"}
_OVER: Final = frozenset({"wrap-up", "ended"})

#: opens the number of a row of `phone`, just before it is dialled; None: it is gone for good.
#: Raises `CannotOpen` where it may be opened later
Numbers = Callable[[int, int], Awaitable[Phone | None]]
#: what is done with a patient whose agent has hung up; None: hang up too
After = Callable[[OpenLeg], Awaitable[None]]


class Dialler:
    """Dials while its process leads. `run` with an epoch; events come by `event`."""

    def __init__(
        self,
        ledger: Ledger,
        exchange: Exchange,
        numbers: Numbers,
        questions: Questions,
        after: After,
        *,
        surely: Callable[[], bool],
        in_menu: Callable[[str], bool] = lambda _: False,
    ) -> None:
        """`surely`: whether nobody else can dial now; `in_menu`: whether the menu speaks to a leg."""
        self._ledger = ledger
        self._exchange = exchange
        self._numbers = numbers
        self._after = after
        self._surely = surely
        self._in_menu = in_menu
        self._epoch = 0
        #: legs that this process has placed or looked up since the link is there
        self._known: set[str] = set()
        self._legs: dict[str, OpenLeg] = {}
        self._confirming = Confirming(exchange, questions, ledger.clock)
        #: legs whose talk, or place on the line, is over, as the menu says to them
        self._told: set[str] = set()
        self._placing: set[str] = set()
        self._bell = asyncio.Event()
        self._acts = Acts(ledger.clock, self._bell.set)
        self._swept_s = -SWEEP_S
        #: looks at the rows and events that are under way
        self._stirring = 0

    async def run(self, epoch: int) -> None:
        """Dial until cancelled, or until another process leads."""
        self._epoch = epoch
        self.link_lost()
        listening = asyncio.create_task(self._listen(), name="dialler-listen")
        try:
            while True:
                self._bell.clear()
                if self._surely():
                    with suppress(TurneroError), self._stirs():
                        await self._step()
                waking = asyncio.ensure_future(self._bell.wait())
                resting = asyncio.ensure_future(self._ledger.clock.sleep(LOOK_S))
                await asyncio.wait({waking, resting}, return_when=asyncio.FIRST_COMPLETED)
                waking.cancel()
                resting.cancel()
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
            await self._acts.stop()

    @property
    def busy(self) -> bool:
        """Whether something is under way, or about to be."""
        return bool(self._acts) or self._bell.is_set() or self._stirring > 0

    @contextmanager
    def _stirs(self) -> Iterator[None]:
        self._stirring += 1
        try:
            yield
        finally:
            self._stirring -= 1

    def link_lost(self) -> None:
        """What happened meanwhile is not known: every leg is looked up."""
        self._known.clear()
        self._confirming.forget()
        self._swept_s = -SWEEP_S
        self._bell.set()

    async def event(self, event: Event) -> None:
        """What the exchange says of a leg of ours. Raises nothing; what cannot be kept is looked up."""
        leg_id = getattr(event, "leg", None) or getattr(event, "a", "")
        try:
            with self._stirs():
                await self._heard(event)
        except TurneroError:
            # It was not kept: whatever happened is found by asking.
            self._known.discard(leg_id)
        self._bell.set()

    async def _heard(self, event: Event) -> None:
        match event:
            case Ringing(leg):
                await self._tell(leg, "ringing")
            case Answered(leg):
                await self._tell(leg, "up")
            case Ended(leg, outcome, cause, rang, unsaid):
                await self._tell(leg, "ended", outcome, cause, rang=rang, unsaid=unsaid)
            case Digit(leg, digit):
                await self._pressed(leg, digit)
            case PromptDone(leg):
                self._confirming.said(leg)
            case Parted(a, b):
                for leg in (a, b):
                    self._known.discard(leg)
            case _:
                pass

    async def _tell(
        self,
        leg_id: str,
        stage: str,
        outcome: Outcome | None = None,
        cause: str = "",
        *,
        rang: bool = False,
        unsaid: bool = False,
        site: int | None = None,
    ) -> Moved | None:
        """Write down what was heard; None: of a leg that is over."""
        if site is None:
            leg = self._legs.get(leg_id) or await self._leg(leg_id)
            if leg is None:
                return None
            site = leg.site
        said = None if outcome is None else outcome.value
        news = Heard(leg_id, stage, said, cause, rang, unsaid)
        return await self._run(dialling.heard, news, site)

    async def _pressed(self, leg_id: str, digit: str) -> None:
        leg = await self._leg(leg_id)
        if leg is None or leg.of_stage != "confirming" or leg.side != "patient":
            return
        if digit == YES:
            await self._run(dialling.confirmed, OfCallback(leg.callback), leg.site)
        else:
            self._confirming.pressed(leg_id, digit)

    # --- what the rows want -----------------------------------------------------------------------

    async def _step(self) -> None:
        work = await self._ledger.read(reads.work)
        self._legs = {leg.id: leg for leg in work.legs}
        line_ms, now_s = self._ledger.clock.line_ms(), self._now_s()
        self._confirming.keep(self._legs)
        self._told &= self._legs.keys()
        self._known &= self._legs.keys() | self._placing
        for leg in work.legs:
            act = self._due_of(leg, line_ms)
            if act is not None:
                self._acts.do(leg.id, act(leg))
        for one in work.callbacks:
            next_act = self._next_of(one)
            if next_act is not None:
                self._acts.do(one.id, next_act)
        if now_s - self._swept_s >= SWEEP_S:
            self._swept_s = now_s
            self._acts.do("sweep", self._sweep())

    def _due_of(
        self, leg: OpenLeg, line_ms: int
    ) -> Callable[[OpenLeg], Coroutine[Any, Any, object]] | None:
        if leg.id in self._placing:
            return None
        if leg.id not in self._known:
            return self._recover
        if not leg.wanted and leg.id not in self._told and self._in_menu(leg.id):
            self._told.add(leg.id)
            self._acts.later(leg.id, LEAVE_S)
            return None
        if not leg.wanted or line_ms > leg.until_ms:
            return self._hang
        spoke = leg.side == "patient" and leg.joined_ms is not None and leg.of_stage in _OVER
        if spoke and leg.id not in self._told:
            return self._ask_rating
        return None

    def _next_of(self, one: Wanting) -> Coroutine[Any, Any, object] | None:
        """The next thing for a callback that a desk has called; None: the exchange has the word."""
        sides = {leg.side: leg for leg in self._legs.values() if leg.callback == one.id}
        desk, patient = sides.get("desk"), sides.get("patient")
        if one.stage == "reserved":
            return self._ring_desk(one) if desk is None else None
        if one.stage == "dialling":
            # Nobody is rung for a desk that may have hung up.
            agent = desk is not None and desk.id in self._known
            return self._ring_patient(one, desk) if agent and patient is None else None
        if patient is None or patient.id not in self._known:
            return None
        if one.stage == "confirming":
            return self._question_for(patient)
        there = desk is not None and desk.id in self._known
        return self._join(one, desk, patient) if desk is not None and there else None

    def _question_for(self, patient: OpenLeg) -> Coroutine[Any, Any, object] | None:
        stands = self._confirming.stands(patient.id)
        if stands == "ask":
            return self._confirm(patient)
        return None if stands == "wait" else self._give_up(patient, stands)

    async def _confirm(self, patient: OpenLeg) -> None:
        try:
            await self._confirming.ask(patient)
        except ExchangeAway:
            self._known.discard(patient.id)
            raise

    async def _give_up(self, patient: OpenLeg, why: str) -> None:
        if await self._confirming.thank(patient):
            self._acts.later(patient.id, BYE_S)  # it is hung up then
        await self._run(dialling.unconfirmed, OfCallback(patient.callback, why), patient.site)

    async def _join(self, one: Wanting, desk: OpenLeg, patient: OpenLeg) -> None:
        try:
            await self._exchange.join(desk.id, patient.id)
        except ExchangeAway:
            # One of them may have gone unheard: both are looked up before it is tried again.
            self._known -= {desk.id, patient.id}
            raise
        await self._run(dialling.joined, OfCallback(one.id), one.site)

    async def _ring_desk(self, one: Wanting) -> None:
        with self._new_leg() as leg_id:
            asked = DialDesk(one.id, leg_id, self._epoch)
            dialled = await self._run(dialling.dial_desk, asked, one.site)
            if dialled.leg is None or dialled.extension is None:
                self._acts.later(one.id, LOOK_S)
                return
            to = Extension(dialled.extension)
            await self._place(Leg(leg_id, to, dialled.ring_s), one.site, Outcome.DECLINED)

    async def _ring_patient(self, one: Wanting, desk: OpenLeg | None) -> None:
        number, gone = None, (Outcome.BAD_NUMBER, "number erased")
        try:
            number = await self._numbers(one.site, one.phone)
        except CannotOpen:
            # It may be put back, and nobody's number is wrong meanwhile.
            gone = Outcome.TRUNK_FAULT, "key lost"
        with self._new_leg() as leg_id:
            asked = DialPatient(one.id, leg_id, self._epoch)
            dialled = await self._run(dialling.dial_patient, asked, one.site)
            if dialled.leg is None:
                self._acts.later(one.id, LOOK_S)
                return
            if number is None:
                await self._tell(leg_id, "ended", *gone, site=one.site)
                return
            leg = Leg(leg_id, number, dialled.ring_s, dialled.shows)
            await self._place(leg, one.site, Outcome.TRUNK_FAULT)
        if desk is not None:
            await self._exchange.prompt(desk.id, [HOLDING])

    @contextmanager
    def _new_leg(self) -> Iterator[str]:
        """A new id; while it is being placed nobody looks it up."""
        leg_id = PREFIX + self._ledger.ids.ticket(self._ledger.clock.now_ms())
        self._placing.add(leg_id)
        try:
            yield leg_id
        finally:
            self._placing.discard(leg_id)

    async def _place(self, leg: Leg, site: int, refused: Outcome) -> None:
        """Ring it: it is written down. Without an answer it is looked up, never placed again."""
        self._only_us()
        placed = await self._exchange.place(leg)
        if placed in (Placed.ACCEPTED, Placed.DUPLICATE):
            self._known.add(leg.id)
            if await self._tell(leg.id, "placed", site=site) == Moved("", ""):
                # It was over before it rang: we were stopped in between, and it was looked up.
                await self._exchange.hangup(leg.id, "over here")
        elif placed is Placed.REFUSED:
            await self._tell(leg.id, "ended", refused, "refused", site=site)
        else:
            # It may be on its way to the exchange still.
            self._acts.later(leg.id)

    async def _ask_rating(self, leg: OpenLeg) -> None:
        self._told.add(leg.id)
        await self._after(leg)

    async def _hang(self, leg: OpenLeg) -> None:
        await self._exchange.hangup(leg.id)
        await self._settle(leg, Outcome.CANCELLED)
        self._acts.later(leg.id)

    async def _recover(self, leg: OpenLeg) -> None:
        """Of before, or of a link that was lost: alive is taken up, gone is unknown."""
        state = await self._settle(leg, Outcome.UNKNOWN)
        if state is not None and state.stage is not Stage.ENDED:
            self._known.add(leg.id)
            await self._tell(leg.id, _STAGES[state.stage], site=leg.site)

    async def _settle(self, leg: OpenLeg, gone: Outcome) -> LegState | None:
        """What the exchange knows of it; written down if it is over."""
        state = await self._exchange.lookup(leg.id)
        if state is None or state.stage is Stage.ENDED:
            outcome = gone if state is None else state.outcome or gone
            if outcome is Outcome.ANSWERED:
                # Nobody of ours spoke with them meanwhile: that they hung up says nothing of them.
                outcome = gone
            # Another who dials now may have written it down since, and be about to place it.
            self._only_us()
            await self._tell(leg.id, "ended", outcome, "looked up", site=leg.site)
        return state

    async def _sweep(self) -> None:
        """Legs of ours that live there and are over here: nobody would ever hang them up."""
        living = [one.id for one in await self._exchange.live() if one.id.startswith(PREFIX)]
        work = await self._ledger.read(reads.work)
        open_here = {leg.id for leg in work.legs} | self._placing
        for leg_id in living:
            if leg_id not in open_here:
                await self._exchange.hangup(leg_id, "unknown here")

    # --- small things -----------------------------------------------------------------------------

    async def _listen(self) -> None:
        async for _ in self._ledger.hub.changes():
            self._bell.set()

    def _only_us(self) -> None:
        if not self._surely():
            raise refusals.refused("dialling-elsewhere")

    async def _leg(self, leg_id: str) -> OpenLeg | None:
        """The leg as the rows have it now: an event must not be judged by what was read before."""
        work = await self._ledger.read(reads.work)
        self._legs = {leg.id: leg for leg in work.legs}
        return self._legs.get(leg_id)

    async def _run(self, command: Callable[[Any, Any], R], request: object, site: int) -> R:
        return await self._ledger.run(command, request, site=site, actor="system")

    def _now_s(self) -> float:
        return self._ledger.clock.line_ms() / 1000
