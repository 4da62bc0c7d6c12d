"""The desk's `Planner`: plays days again for the supervisor's page, in a worker process of its own."""

import asyncio
import logging
import sys
from collections.abc import Callable
from typing import Any, Final

import msgspec

from turnero.desk.planner import Answer, Asked, CannotPlayError
from turnero.store.ledger import Ledger

log = logging.getLogger("turnero.simulate")

#: days played for an answer on a page
SEEDS: Final = 12
#: a hospital's day takes a minute or two; whatever takes longer than this is stuck
LONGEST_S: Final = 1200.0
#: that it may take to end when it is told to
_LEAVING_S: Final = 5.0
#: a line of the worker: an answer has some hundred rows
_LINE: Final = 1 << 22


class _Said(msgspec.Struct):
    """A line of the worker."""

    done: int = 0
    of: int = 0
    found: Answer | None = None
    cannot: str | None = None


class WorkerPlanner:
    """See `turnero.desk.planner.Planner`."""

    def __init__(self, seeds: int = SEEDS) -> None:
        self._seeds = seeds

    async def play(
        self, ledger: Ledger, site: int, asked: Asked, advance: Callable[[int, int], None]
    ) -> Answer:
        """See `Planner.play`."""
        # Only when somebody asks: together they would cost every start a fifth of a second.
        from turnero.server.simulate import changes  # noqa: PLC0415
        from turnero.server.simulate.days import closed_day  # noqa: PLC0415
        from turnero.server.simulate.what_if import Question  # noqa: PLC0415

        day = await ledger.read(closed_day, site, asked.day)
        if day is None:
            raise CannotPlayError("day-unknown")
        change = None
        if asked.desks:
            text = f"{asked.start}-{asked.end} {asked.desks:+d}"
            try:
                change = changes.parse(text, asked.desk or None)
            except changes.ChangeError as error:
                raise CannotPlayError(error.code) from None
        question = msgspec.json.encode(Question(day, change, self._seeds, asked.rule or None))
        worker = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "turnero.server.simulate.worker",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            limit=_LINE,
        )
        try:
            async with asyncio.timeout(LONGEST_S):
                return await _heard(worker, question, advance)
        finally:
            await _ended(worker)


async def _ended(worker: asyncio.subprocess.Process) -> None:
    """It clears away what it has on the disk; one that does not is killed."""
    if worker.returncode is not None:
        return
    worker.terminate()
    try:
        async with asyncio.timeout(_LEAVING_S):
            await worker.wait()
    except TimeoutError:
        worker.kill()
        await worker.wait()


async def _heard(worker: Any, question: bytes, advance: Callable[[int, int], None]) -> Answer:
    worker.stdin.write(question)
    await worker.stdin.drain()
    worker.stdin.close()
    async for line in worker.stdout:
        said = msgspec.json.decode(line, type=_Said)
        if said.found is not None:
            return said.found
        if said.cannot is not None:
            raise CannotPlayError(said.cannot)
        advance(said.done, said.of)
    log.error("the worker ended: %s", (await worker.stderr.read()).decode(errors="replace")[-2000:])
    raise CannotPlayError("failed")
