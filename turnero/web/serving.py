"""uvicorn's server as both compositions run it: streams end before connections are waited for."""

import asyncio
import signal
import socket
from collections.abc import Callable
from types import FrameType

import uvicorn

from turnero.web.protocol import SWEEP_S, sweep

#: uvicorn's ticks, of which there are ten a second, between two looks at the connections
_SWEEP_TICKS = round(SWEEP_S * 10)


class Server(uvicorn.Server):
    """uvicorn's server, which tells us of the signal before it begins to wait for connections."""

    def __init__(self, config: uvicorn.Config, stopping: Callable[[], None]) -> None:
        super().__init__(config)
        self._stopping = stopping
        self._loop: asyncio.AbstractEventLoop | None = None

    async def serve(self, sockets: list[socket.socket] | None = None) -> None:
        """See `uvicorn.Server.serve`."""
        self._loop = asyncio.get_running_loop()
        await super().serve(sockets)

    async def on_tick(self, counter: int) -> bool:
        """See `uvicorn.Server.on_tick`."""
        if counter % _SWEEP_TICKS == 0 and self._loop is not None:
            sweep(self.server_state.connections, self._loop.time())
        return await super().on_tick(counter)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """A signal: end the streams first, since an open one would hold the shutdown for ever."""
        # Not the parent's: it would raise the signal again once connections are closed, and
        # kill the process before the ledger has closed.
        if self._loop is not None and not self.should_exit:
            self._loop.call_soon_threadsafe(self._stopping)
        self.force_exit = self.should_exit and sig == signal.SIGINT
        self.should_exit = True
