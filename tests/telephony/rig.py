"""What the contract needs of an exchange under test, and the ear that hears its events."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

from turnero.telephony.exchange import Event, Exchange, Extension, Phone

E = TypeVar("E", bound=Event)

_numbers = itertools.count(1)


class Heard:
    """Every event of an exchange, in order; `of` waits for the next of a kind."""

    def __init__(self, exchange: Exchange) -> None:
        self.all: list[Event] = []
        self._came = asyncio.Condition()
        self._task = asyncio.ensure_future(self._read(exchange))

    @property
    def over(self) -> bool:
        """Whether the stream has ended."""
        return self._task.done()

    async def _read(self, exchange: Exchange) -> None:
        async for event in exchange.events():
            async with self._came:
                self.all.append(event)
                self._came.notify_all()

    async def until(self, so: Callable[[], bool], what: object, within_s: float = 15) -> None:
        """Wait until it is so; AssertionError with all events otherwise."""
        try:
            async with asyncio.timeout(within_s), self._came:
                await self._came.wait_for(so)
        except TimeoutError:
            raise AssertionError(f"{what} did not come; heard: {self.all}") from None

    async def of(self, kind: type[E], leg: str | None = None, *, within_s: float = 15) -> E:
        """The first event of that kind (of that leg), waiting for it."""
        await self.until(lambda: bool(self.those(kind, leg)), (kind.__name__, leg), within_s)
        return self.those(kind, leg)[0]

    def those(self, kind: type[E], leg: str | None = None) -> list[E]:
        """All of that kind (of that leg) so far."""
        return [
            event
            for event in self.all
            if isinstance(event, kind) and (leg is None or leg in (*event,))
        ]

    async def close(self) -> None:
        """Listen no more."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)


class Rig(Protocol):
    """An exchange with telephones behind it whose numbers end as in `simulated.telephones`."""

    exchange: Exchange
    heard: Heard
    #: answers also while the link is lost, as somebody at the exchange's own console would
    console: Exchange

    async def another(self) -> Exchange:
        """A second adapter to the same exchange."""
        ...

    async def ring_in(
        self, presses: str = "", *, withheld: bool = False, gives_up_s: float | None = None
    ) -> str:
        """Somebody rings 5511, presses those keys once asked, gives up unless answered; his number."""
        ...

    async def rings(self, to: Phone) -> int:
        """How often that telephone was rung, by its own account."""
        ...

    async def cut(self) -> None:
        """The event link is lost and does not come back before `mend`."""
        ...

    async def mend(self) -> None:
        """It may come back."""
        ...

    async def crash(self) -> None:
        """The exchange is killed."""
        ...

    async def boot(self) -> None:
        """It is started again."""
        ...

    async def trunk(self, *, up: bool) -> None:
        """The way to public numbers breaks, or is mended."""
        ...


def phone(suffix: str) -> Phone:
    """A number that nobody else rings, of a telephone in the table."""
    return Phone(f"+5198{next(_numbers):05d}{suffix}")


def desk(word: str = "") -> Extension:
    """A telephone of the house."""
    return Extension(f"desk-{word}" if word else "desk")


def leg_id(of: str) -> str:
    """A leg's id that was never used."""
    return f"{of}-{next(_numbers)}"


async def soon(so: Callable[[], Awaitable[bool]], what: str, within_s: float = 15) -> None:
    """Ask again and again until it is so."""
    try:
        async with asyncio.timeout(within_s):
            while not await so():  # noqa: ASYNC110 - it is asked of another process
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise AssertionError(what) from None
