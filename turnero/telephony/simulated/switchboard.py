"""The simulated exchange itself: legs, telephones and what is told of them; no I/O, seeded.

It lives apart from who uses it, as a real one does: an adapter may come, go and come again
(`exchange.py` in our process, `server.py` in its own) and the calls go on.
Copied from a real Asterisk: an id is refused while it is alive and works again afterwards, what
happens while nobody listens is told to nobody, a second listener silences the first, no telephone
is rung while nobody would hear it answered, and who answers while nobody of ours is there, or has
had no word of ours for minutes, hears the dialplan and is hung up.
"""

import random
from collections.abc import Callable, Sequence

from turnero.store.clock import Clock
from turnero.telephony.exchange import (
    Answered,
    Ended,
    Event,
    ExchangeAway,
    Extension,
    Gather,
    Health,
    Inbound,
    Joined,
    Leg,
    LegState,
    Outcome,
    Parted,
    Phone,
    Placed,
    Ringing,
    Say,
    Stage,
)
from turnero.telephony.simulated.agenda import Agenda
from turnero.telephony.simulated.call import Call, Dial, Seen
from turnero.telephony.simulated.faults import Faults
from turnero.telephony.simulated.reader import Reader
from turnero.telephony.simulated.speaking import Speaking
from turnero.telephony.simulated.telephones import BY_HAND, DEAD, Telephone, telephone

#: what the dialplan takes to say that nobody can speak now
ALONE_MS = 6_000
#: from our last word to a leg that is up and not joined until the dialplan speaks to it
KEPT_MS = 240_000
#: from being told to ring until the dialplan finds that nobody of ours hears
ASKS_MS = 200


class Switchboard:
    """See the module. Times on the clock's line."""

    def __init__(self, clock: Clock, *, seed: int = 0) -> None:
        self.faults = Faults()
        #: every telephone that was ever rung
        self.dials: list[Dial] = []
        #: numbers and names that a person in a page has in the hand
        self.held: set[str] = set()
        self.agenda = Agenda(clock)
        self._chance = random.Random(seed)  # noqa: S311 - repeatable on purpose
        self._calls: dict[str, Call] = {}
        self._over: dict[str, LegState] = {}
        self._reader: Reader | None = None
        self._linked = True
        self._speaking = Speaking(self.agenda, self.tell)
        self._count = 0

    # --- what an adapter asks ------------------------------------------------------------

    def place(self, leg: Leg) -> Placed:
        """See `Exchange.place`."""
        if self.faults.away or self.faults.booting:
            return Placed.REFUSED
        if self.faults.mute:
            return Placed.UNKNOWN
        if leg.id in self._calls:
            return Placed.DUPLICATE
        if self.faults.lose_requests:
            self.faults.lose_requests -= 1
            return Placed.UNKNOWN
        if self._heard:
            self._ring(leg)
        else:
            call = self._calls[leg.id] = Call(leg.id, leg.to, DEAD)
            self._later(call, ASKS_MS, lambda: self._end(call, Outcome.TRUNK_FAULT, "41"))
        if self.faults.lose_answers:
            self.faults.lose_answers -= 1
            return Placed.UNKNOWN
        return Placed.ACCEPTED

    def lookup(self, leg_id: str) -> LegState | None:
        """See `Exchange.lookup`: an ended leg is forgotten, unless the fault `remembers`."""
        self._reached()
        if call := self._calls.get(leg_id):
            return call.state()
        return self._over.get(leg_id)

    def live(self) -> list[LegState]:
        """See `Exchange.live`."""
        self._reached()
        return [call.state() for call in self._calls.values()]

    def join(self, a: str, b: str) -> str:
        """See `Exchange.join`."""
        self._reached()
        one, other = self._calls.get(a), self._calls.get(b)
        if one is None or other is None or one is other:
            raise ExchangeAway("one of the legs is gone")
        if any(call.stage is not Stage.UP or call.left_alone for call in (one, other)):
            raise ExchangeAway("one of the legs is not up, or the dialplan speaks to it")
        name = "join-" + "-".join(sorted((a, b)))
        if one.joined == b:
            return name
        for call in (one, other):
            self._part(call)
            self._speaking.stop(call)
        one.joined, other.joined = b, a
        self.tell(Joined(a, b))
        for call in (one, other):
            self._converse(call)
        return name

    def prompt(self, leg_id: str, says: Sequence[Say], gather: Gather | None = None) -> None:
        """See `Exchange.prompt`."""
        self._reached()
        call = self._calls.get(leg_id)
        if call is not None and call.inbound and not call.left_alone:
            call.stage = Stage.UP
        if call is None or call.stage is not Stage.UP or call.left_alone:
            raise ExchangeAway("the leg is gone")
        if call.joined:
            raise ExchangeAway("it speaks with another")
        self._keep(call)
        self._speaking.start(call, says, gather)
        if gather is not None:
            keys = call.telephone.presses[call.asked : call.asked + 1]
            call.asked += 1
            for n, key in enumerate("".join(keys)):
                self._later(call, 1_500 + 300 * n, lambda c=call, k=key: self._speaking.key(c, k))  # type: ignore[misc]

    def hangup(self, leg_id: str, why: str = "") -> None:
        """See `Exchange.hangup`."""
        self._reached()
        call = self._calls.get(leg_id)
        if call is None:
            return
        if self.faults.answer_races_cancel and call.stage is Stage.RINGING and not call.inbound:
            self._pick_up(call)
        self._end(call, call.ended_as(by_us=True), "16")

    def leave(self, leg_id: str) -> None:
        """See `Exchange.leave`."""
        self._reached()
        if call := self._calls.get(leg_id):
            call.stage = Stage.UP
            self._leave(call)

    def health(self) -> Health:
        """See `Exchange.health`."""
        return self.faults.health()

    def attach(self) -> Reader:
        """Events from now on; who had them before is told that he was replaced."""
        if self._reader is not None:
            self._reader.replaced()
        self._reader = Reader(up=self._linked and not self.faults.away)
        return self._reader

    def detach(self, reader: Reader) -> None:
        """This reader has gone; nothing if it was replaced already."""
        if self._reader is reader:
            self._reader = None

    # --- people at telephones ------------------------------------------------------------

    def answer(self, leg_id: str) -> bool:
        """Somebody picks up; False: it does not ring (any more)."""
        call = self._calls.get(leg_id)
        if call is None or call.inbound or call.stage is not Stage.RINGING:
            return False
        self._pick_up(call)
        return True

    def press(self, leg_id: str, digit: str) -> bool:
        """Somebody presses a key; False: nobody hears it."""
        call = self._calls.get(leg_id)
        if call is None or call.stage is not Stage.UP:
            return False
        self._speaking.key(call, digit)
        return True

    def hang(self, leg_id: str) -> bool:
        """Somebody hangs up, declines while it rings, or gives up ringing us; False: it was over."""
        call = self._calls.get(leg_id)
        if call is None:
            return False
        if call.stage is not Stage.UP and not call.inbound:
            self._end(call, Outcome.DECLINED, "603")
        else:
            self._end(call, call.ended_as(by_us=False), "16")
        return True

    def ring_in(
        self, caller: str | None, called: str, presses: Sequence[str] = (), *, by_hand: bool = False
    ) -> str:
        """Somebody rings us; the leg's id. None or "": withheld. `presses`: as `Telephone.presses`."""
        self._count += 1
        kind = BY_HAND if by_hand else Telephone("rings us", presses=tuple(presses))
        far = Phone(caller) if caller else None
        name = f"in-{self.agenda.now_ms}-{self._count}"
        call = Call(name, far, kind, inbound=True, stage=Stage.RINGING, rang=True)
        self._calls[call.id] = call
        self.tell(Inbound(call.id, far, called))
        self._alone(call)
        return call.id

    def telephones(self) -> list[Seen]:
        """Every telephone in use, for a page."""
        return [call.seen() for call in self._calls.values()]

    # --- what breaks at one moment -------------------------------------------------------

    def cut(self) -> None:
        """The link is lost; what happens until `mend` is told to nobody."""
        self._linked = False
        if self._reader is not None:
            self._reader.link(up=False)

    def mend(self) -> None:
        """The link is there again."""
        self._linked = True
        if self._reader is not None:
            self._reader.link(up=not self.faults.away)

    def replace(self) -> None:
        """Somebody else takes our events."""
        if self._reader is not None:
            self._reader.replaced()
            self._reader = None

    def crash(self) -> None:
        """The exchange dies: every leg is gone, and nobody is told of any. `boot` ends it."""
        self.faults.away = True
        self._calls.clear()
        self._over.clear()
        self.cut()

    def boot(self) -> None:
        """It is there again, and knows nothing of before."""
        self.faults.away = False
        self.mend()

    def stray(self, to: Phone | Extension) -> str:
        """A leg rings that nobody here placed; its id."""
        self._count += 1
        stray = Leg(f"stray-{self._count}", to, ring_s=60)
        self._ring(stray)
        return stray.id

    def tell(self, event: Event) -> None:
        """Say it to the reader, as late and as often as the faults have it."""
        if self.faults.deaf:
            return
        for _ in range(2 if self.faults.double else 1):
            if self.faults.late_ms:
                late = self._chance.randrange(self.faults.late_ms + 1)
                self.agenda.after(late, lambda: self._hand_over(event))
            else:
                self._hand_over(event)

    # --- inside --------------------------------------------------------------------------

    def _hand_over(self, event: Event) -> None:
        if self._reader is not None and self._linked:
            self._reader.put(event)

    def _reached(self) -> None:
        if self.faults.away or self.faults.mute:
            raise ExchangeAway("no answer")

    def _later(self, call: Call, milliseconds: int, act: Callable[[], None]) -> None:
        """Do it to this life of the leg, if it is not over by then."""

        def do() -> None:
            if self._calls.get(call.id) is call:
                act()

        self.agenda.after(milliseconds, do)

    def _some(self, milliseconds: int) -> int:
        """About so long: people differ by a fifth."""
        return round(milliseconds * self._chance.uniform(0.8, 1.2))

    def _ring(self, leg: Leg) -> None:
        number = leg.to.e164 if isinstance(leg.to, Phone) else leg.to.name
        before = sum(1 for dial in self.dials if dial.to == number)
        kind = BY_HAND if number in self.held else telephone(leg.to, before)
        if self.faults.trunk_dead and isinstance(leg.to, Phone):
            kind = kind._replace(rings_ms=None, acts_ms=None, refusal=None, by_hand=False)
        beside = sum(1 for call in self._calls.values() if call.number == number)
        self.dials.append(Dial(self.agenda.now_ms, leg.id, number, beside))
        call = Call(leg.id, leg.to, kind)
        self._calls[leg.id] = call
        if kind.rings_ms is not None:
            self._later(call, kind.rings_ms, lambda: self._rings(call))
        if kind.acts_ms is not None:
            acts_ms = (kind.rings_ms or 0) + self._some(kind.acts_ms)
            self._later(call, acts_ms, lambda: self._act(call))
        self._later(call, leg.ring_s * 1000, lambda: self._ring_over(call))

    def _rings(self, call: Call) -> None:
        call.stage, call.rang = Stage.RINGING, True
        self.tell(Ringing(call.id))

    def _act(self, call: Call) -> None:
        if call.stage is Stage.UP:
            return
        if refusal := call.telephone.refusal:
            self._end(call, refusal.outcome, refusal.cause)
        else:
            self._pick_up(call)

    def _ring_over(self, call: Call) -> None:
        if call.stage is not Stage.UP:
            self._end(call, Outcome.NO_ANSWER if call.rang else Outcome.TRUNK_FAULT, "19")

    def _pick_up(self, call: Call) -> None:
        call.stage = Stage.UP
        self.tell(Answered(call.id))
        self._alone(call)
        if (stays := call.telephone.hangs_ms) is not None:
            self._later(call, self._some(stays), lambda: self._end(call, Outcome.ANSWERED, "16"))

    @property
    def _heard(self) -> bool:
        """Whether somebody of ours listens."""
        return self._reader is not None and self._linked

    def _alone(self, call: Call) -> None:
        """Nobody of ours is there: the dialplan says so and hangs up."""
        (self._keep if self._heard else self._leave)(call)

    def _keep(self, call: Call) -> None:
        """Until so long after the last word of ours it is ours."""
        call.words += 1
        words = call.words

        def over() -> None:
            if call.words == words and call.joined is None:
                self._leave(call)

        self._later(call, KEPT_MS, over)

    def _leave(self, call: Call) -> None:
        call.left_alone = True
        self._speaking.stop(call)
        self._later(call, ALONE_MS, lambda: self._end(call, call.ended_as(by_us=False), "16"))

    def _converse(self, call: Call) -> None:
        for n, key in enumerate(call.telephone.in_call):
            self._later(call, 2_000 + 1_000 * n, lambda k=key: self._speaking.key(call, k))  # type: ignore[misc]
        if (parts := call.telephone.parts_ms) is not None:
            self._later(call, self._some(parts), lambda: self._end(call, Outcome.ANSWERED, "16"))

    def _part(self, call: Call) -> None:
        other = self._calls.get(call.joined) if call.joined else None
        call.joined = None
        if other is not None:
            other.joined = None
            self._keep(other)
            self.tell(Parted(call.id, other.id))

    def _end(self, call: Call, outcome: Outcome, cause: str) -> None:
        self._part(call)
        self._speaking.stop(call)
        del self._calls[call.id]
        if self.faults.remembers:
            self._over[call.id] = LegState(call.id, Stage.ENDED, outcome=outcome)
        self.tell(Ended(call.id, outcome, cause, call.rang))
