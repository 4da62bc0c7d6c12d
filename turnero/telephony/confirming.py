"""Press 1: what is asked of who picked up, which may be anybody, or a machine.

Keys and the end of the question come late, doubled or not at all, as everything from an exchange.
What is remembered here is for one question: a restart asks again, from the beginning.
"""

from collections.abc import Awaitable, Callable, Container
from contextlib import suppress
from typing import Final, Literal, NamedTuple

from turnero.queue.reads.callbacks import OpenLeg
from turnero.store.clock import Clock
from turnero.telephony.exchange import Exchange, ExchangeAway, Gather, Say

#: to speak with the agent; and who cannot speak now
YES: Final = "1"
NOT_NOW: Final = "2"
#: keys that mean nothing, at the last of which it is given up: a hand on the keys, or a machine
WRONG: Final = 3
#: seconds after the question within which it is over, whatever was heard
LONGEST_S: Final = 60.0
#: and after the first one, however often it is asked again: a machine may press one key for ever
ALL_S: Final = 3 * LONGEST_S
#: seconds that the event of a key may come after the one that says that the question is over
LATE_S: Final = 2.0
#: the same key sooner is the same press told twice, or a trembling finger, seconds
DOUBLED_S: Final = 0.7


class Question(NamedTuple):
    """What is said, ready for a voice."""

    says: list[Say]
    #: to press a key
    seconds: int
    #: to who pressed one that ends it
    thanks: list[Say]


#: the leg of who picked up → what is asked
Questions = Callable[[OpenLeg], Awaitable[Question]]
#: how it stands: it is to be asked, it is being asked, or what came of it
Stands = Literal["ask", "wait", "not-confirmed", "declined"]


class _Asked(NamedTuple):
    #: the end of the question that is told before was another's, seconds of the line clock
    soonest_s: float
    until_s: float


class Confirming:
    """Of every patient's leg that is asked now."""

    def __init__(self, exchange: Exchange, questions: Questions, clock: Clock) -> None:
        self._exchange = exchange
        self._questions = questions
        self._clock = clock
        self._asked: dict[str, _Asked] = {}
        self._declined: set[str] = set()
        self._wrong: dict[str, int] = {}
        #: when each was asked first
        self._first: dict[str, float] = {}
        #: the last key of each, and when
        self._keys: dict[str, tuple[str, float]] = {}

    def forget(self) -> None:
        """Keys may have been missed: it is asked again."""
        self._asked.clear()

    def keep(self, legs: Container[str]) -> None:
        """Forget those that are over."""
        for memory in (self._asked, self._wrong, self._first, self._keys):
            for leg in [one for one in memory if one not in legs]:
                del memory[leg]
        self._declined = {one for one in self._declined if one in legs}

    def stands(self, leg: str) -> Stands:
        """What is to be done next."""
        if leg in self._declined:
            return "declined"
        now_s = self._now_s()
        if self._wrong.get(leg, 0) >= WRONG or now_s - self._first.get(leg, now_s) > ALL_S:
            return "not-confirmed"
        asked = self._asked.get(leg)
        if asked is None:
            return "ask"
        return "not-confirmed" if now_s > asked.until_s else "wait"

    async def ask(self, patient: OpenLeg) -> None:
        """Say it, and wait for a key."""
        question = await self._questions(patient)
        now_s = self._now_s()
        self._asked[patient.id] = _Asked(now_s + question.seconds, now_s + LONGEST_S)
        try:
            gather = Gather(1, question.seconds, ends="")
            await self._exchange.prompt(patient.id, question.says, gather)
        except ExchangeAway:
            self._asked.pop(patient.id, None)
            raise
        self._first.setdefault(patient.id, now_s)

    async def thank(self, patient: OpenLeg) -> bool:
        """Say good-bye to who pressed a key; whether there is somebody to say it to."""
        if patient.id not in self._declined and patient.id not in self._wrong:
            return False
        with suppress(ExchangeAway):
            question = await self._questions(patient)
            await self._exchange.prompt(patient.id, question.thanks)
        return True

    def pressed(self, leg: str, digit: str) -> None:
        """A key that does not join: it is asked again, or over."""
        now_s, last = self._now_s(), self._keys.get(leg)
        self._keys[leg] = digit, now_s
        # The key has broken the question off, also where it counts as the same press.
        self._asked.pop(leg, None)
        if digit == NOT_NOW:
            self._declined.add(leg)
        elif last is None or last[0] != digit or now_s - last[1] >= DOUBLED_S:
            self._wrong[leg] = self._wrong.get(leg, 0) + 1

    def said(self, leg: str) -> None:
        """The question is over; the key may have been pressed and its event be on its way still."""
        asked, now_s = self._asked.get(leg), self._now_s()
        if asked is not None and now_s >= asked.soonest_s:
            self._asked[leg] = asked._replace(until_s=min(asked.until_s, now_s + LATE_S))

    def _now_s(self) -> float:
        return self._clock.line_ms() / 1000
