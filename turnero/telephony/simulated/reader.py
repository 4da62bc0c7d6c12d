"""Who hears the events of the simulated exchange: one at a time."""

import asyncio
from collections.abc import AsyncIterator

from turnero.telephony.exchange import Event, LinkDown, LinkReplaced, LinkUp


class Reader:
    """Events in the order they were handed over. It is over once replaced or closed."""

    def __init__(self, *, up: bool) -> None:
        self._events: asyncio.Queue[Event | None] = asyncio.Queue()
        self._up = False
        self.over = False
        if up:
            self.link(up=True)

    def put(self, event: Event) -> None:
        """Hand it over."""
        if not self.over:
            self._events.put_nowait(event)

    def link(self, *, up: bool) -> None:
        """Tell that the link is there, or lost, if that is new."""
        if up is not self._up:
            self._up = up
            self.put(LinkUp() if up else LinkDown())

    def replaced(self) -> None:
        """Somebody else hears them now."""
        self.put(LinkReplaced())
        self.close()

    def close(self) -> None:
        """No more."""
        if not self.over:
            self.over = True
            self._events.put_nowait(None)

    def take(self) -> list[Event]:
        """What has come and was not read yet, without waiting."""
        found = []
        while not self._events.empty():
            if (event := self._events.get_nowait()) is not None:
                found.append(event)
        return found

    async def each(self) -> AsyncIterator[Event]:
        """One after another, until it is over."""
        while (event := await self._events.get()) is not None:
            yield event
