"""The port through which messages leave. An adapter sends one, and says what it knows of its end.

It decides nothing about trying again: the outbox does. An address is never logged, never part of
an error's text, and shown by no `repr`.
"""

import asyncio
from collections.abc import Awaitable
from typing import NamedTuple, Protocol

from turnero.queue.outbox import Channel, Result

#: seconds in all that an attempt may take, whatever the other side does; less than outbox.LEASE_MS
LONGEST_S = 45.0
#: seconds that one step of it may take: to connect, to be answered
STEP_S = 10.0


class Message(NamedTuple):
    """What is to be sent. `id` is ours and stays the same when it is tried again."""

    id: str
    channel: Channel
    #: E.164, or an e-mail address
    to: str
    #: the sentence, and its subject where there are subjects
    text: str
    subject: str
    #: BCP 47
    language: str
    #: of outbox.SORTS
    sort: str

    def __repr__(self) -> str:
        return f"Message({self.id}, {self.sort})"


class Outcome(NamedTuple):
    """What is known of an attempt.

    sent: the other side took it. failed: it did not, and may later. refused: it never will.
    unknown: nobody can say.
    """

    result: Result
    #: a word of ours for technicians, without addresses: "unreachable", "smtp-550", "http-503"
    reason: str | None = None


SENT = Outcome("sent")


class Messenger(Protocol):
    """A way out of the house for the messages of a channel."""

    #: a message of the same id is taken once, however often it is sent
    idempotent: bool

    async def send(self, message: Message) -> Outcome:
        """Send it; within `LONGEST_S`. Raises nothing for what the other side does."""
        ...

    async def check(self) -> str | None:
        """Why nothing can be sent now, in a word for technicians; None: it looks well."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


async def within(sending: Awaitable[Outcome]) -> Outcome:
    """The outcome, or unknown when it takes longer than anything may."""
    try:
        async with asyncio.timeout(LONGEST_S):
            return await sending
    except TimeoutError:
        return Outcome("unknown", "no-answer")
