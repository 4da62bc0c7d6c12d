"""One leg inside the simulated exchange, and what is told of it."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from turnero.telephony.exchange import (
    HOLDING,
    Extension,
    Gather,
    LegState,
    Outcome,
    Phone,
    Say,
    Stage,
)
from turnero.telephony.simulated.telephones import Telephone

_lives = itertools.count(1)


class Dial(NamedTuple):
    """That a telephone was rung: what a test asks when it wants to know who was rung twice."""

    at_ms: int
    leg: str
    #: "+51…" or the name of a house telephone
    to: str
    #: legs to the same telephone that were not over then: more than none is twice at once
    beside: int = 0


class Seen(NamedTuple):
    """A telephone in use, for a page that shows it. Holds a number: for demonstrations only."""

    leg: str
    #: "+51…" or the name of a house telephone
    number: str
    stage: Stage
    joined: str | None
    #: what is being said to it now
    says: list[str]
    #: it rang us
    inbound: bool
    by_hand: bool


class Prompt:
    """What is being said to a leg, and the digits waited for."""

    def __init__(self, says: Sequence[Say], gather: Gather | None) -> None:
        self.says = list(says)
        self.gather = gather
        self.digits = ""
        self.speaking = True
        #: the time-out that counts; an earlier one is void
        self.patience = 0

    @property
    def ms(self) -> int:
        """How long it takes to say it: 60 ms a letter, as people speak; 20 s for who holds."""
        return max(400, sum(20_000 if one == HOLDING else 60 * len(one.text) for one in self.says))


@dataclass(slots=True)
class Call:
    """A leg that is not over. Its id may be used again by a later one: `life` tells them apart."""

    id: str
    far: Phone | Extension | None
    telephone: Telephone
    inbound: bool = False
    stage: Stage = Stage.CALLING
    rang: bool = False
    joined: str | None = None
    prompt: Prompt | None = None
    #: gathering prompts it has heard
    asked: int = 0
    #: nobody of ours was there when it was answered: the dialplan speaks to it
    left_alone: bool = False
    #: words of ours to it so far
    words: int = 0
    life: int = field(default_factory=lambda: next(_lives))

    @property
    def number(self) -> str:
        """The far end as written, "" where withheld."""
        if self.far is None:
            return ""
        return self.far.e164 if isinstance(self.far, Phone) else self.far.name

    def state(self) -> LegState:
        """As the port tells it."""
        return LegState(self.id, self.stage, self.joined)

    def seen(self) -> Seen:
        """As a page shows it."""
        says = [one.text for one in self.prompt.says] if self.prompt else []
        return Seen(
            self.id,
            self.number,
            self.stage,
            self.joined,
            says,
            self.inbound,
            self.telephone.by_hand,
        )

    def ended_as(self, *, by_us: bool) -> Outcome:
        """How it ends if it is hung up now."""
        if self.stage is Stage.UP:
            return Outcome.ANSWERED
        return Outcome.CANCELLED if by_us else Outcome.NO_ANSWER
