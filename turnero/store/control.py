"""The control socket: how the command line asks a running server to write for it.

`DIR/control.sock`, readable by its owner only; one JSON line in, one JSON line out. Who may
open the folder may do what the command line does, so there is no password.
"""

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from turnero.store.errors import Refused, TurneroError

#: one request or answer may be this long; a site's description fits many times
LIMIT = 4 * 1024 * 1024

Act = Callable[[dict[str, Any]], Awaitable[Any]]


class ControlError(TurneroError):
    """The server answered that it would not; the message says why."""


@contextmanager
def _reachable(folder: Path) -> Iterator[str]:
    """An address of the socket that fits into the 108 bytes the system allows, however deep the folder."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{descriptor}/control.sock"
    finally:
        os.close(descriptor)


class ControlServer:
    """Answers acts by name until stopped."""

    def __init__(self, folder: Path, acts: Mapping[str, Act]) -> None:
        self._folder = folder
        self._acts = acts
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen; a socket left by a dead process is replaced (the folder's lock is ours)."""
        (self._folder / "control.sock").unlink(missing_ok=True)
        before = os.umask(0o177)
        try:
            with _reachable(self._folder) as path:
                self._server = await asyncio.start_unix_server(self._serve, path, limit=LIMIT)
        finally:
            os.umask(before)

    async def stop(self) -> None:
        """Stop listening and remove the socket."""
        if self._server is not None:
            self._server.close()
            (self._folder / "control.sock").unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            line = await reader.readline()
            if line:
                writer.write(msgspec.json.encode(await self._answer(line)) + b"\n")
                await writer.drain()
        except (OSError, ValueError):
            return  # the asker has gone, or sent no line; there is nobody to tell
        finally:
            writer.close()

    async def _answer(self, line: bytes) -> dict[str, Any]:
        try:
            asked = msgspec.json.decode(line, type=dict[str, Any])
            act = self._acts.get(str(asked.pop("act", "")))
            if act is None:
                return {"error": "this server does not know that act: is it an older version?"}
            return {"result": await act(asked)}
        except Refused as error:
            return {"error": str(error), "code": error.code, "params": error.params}
        except (TurneroError, ValueError, msgspec.MsgspecError) as error:
            return {"error": str(error)}


def ask(folder: Path, act: str, /, *, timeout_s: float = 30, **args: Any) -> Any:
    """Ask the server that runs on this folder; None-safe JSON in and out.

    Raises `ConnectionError` when no server runs there, `ControlError` when it refuses.
    """
    try:
        with _reachable(folder) as path, socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(timeout_s)
            connection.connect(path)
            connection.sendall(msgspec.json.encode({"act": act, **args}) + b"\n")
            with connection.makefile("rb") as file:
                line = file.readline(LIMIT)
    except FileNotFoundError as error:
        raise ConnectionError(f"no server runs on {folder}") from error
    if not line:
        raise ControlError("the server closed the connection without an answer")
    answer = msgspec.json.decode(line, type=dict[str, Any])
    if "error" in answer:
        raise ControlError(str(answer["error"]))
    return answer.get("result")
