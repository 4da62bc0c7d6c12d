"""Facts about what is kept of people. Ids and counts only: no digit, no address, no name."""

from turnero.store.facts import Fact, register


class NumberRevealed(Fact, frozen=True, tag="number-revealed"):
    """Somebody was shown a whole telephone number; the entry's actor is who."""

    phone: int
    #: where: desk
    where: str
    ticket: str | None = None


class NumberOptedOut(Fact, frozen=True, tag="number-opted-out"):
    """Whoever has this number wants no messages and no surveys."""

    phone: int


class NumberLookedUp(Fact, frozen=True, tag="number-looked-up"):
    """Somebody was told what is kept of a number; the entry's actor is who, why is kept beside it."""

    #: None: nothing is kept of it
    phone: int | None


class NumberErased(Fact, frozen=True, tag="number-erased"):
    """What was kept of a number was erased before its time, as its owner wanted."""

    #: its row
    phone: int | None
    #: of them nothing leads to a person any more; those that still waited were cancelled first
    callbacks: int
    messages: int


class PeopleErased(Fact, frozen=True, tag="people-erased"):
    """What was not used for as long as the site keeps it was erased."""

    numbers: int
    messages: int
    callbacks: int


class OutboxEnded(Fact, frozen=True, tag="outbox-ended"):
    """A message to somebody was sent, or will not be."""

    message: int
    #: near-turn | ring-soon | missed | left-over | alarm
    sort: str
    channel: str
    #: sent | failed | unknown | dropped
    state: str
    #: too-late | opted-out | no-way | refused | gave-up | interrupted | …
    reason: str | None = None
    ticket: str | None = None


register(NumberRevealed, NumberOptedOut, NumberLookedUp, NumberErased, PeopleErased, OutboxEnded)
