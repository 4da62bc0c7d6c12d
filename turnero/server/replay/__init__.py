"""`turnero replay`: a recorded office-day played against a running server, and judged.

plan.py says who comes when, drive.py plays it, client.py acts over the API, check.py compares
what was acknowledged with the journal, report.py says what was found.
"""

import asyncio
import sys
import time
from pathlib import Path

import msgspec
import uvloop
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from turnero.server import traces
from turnero.server.replay import plan as planning
from turnero.server.replay import report, site_toml
from turnero.server.replay.check import disagreements
from turnero.server.replay.client import Client, Fact, ReplayError
from turnero.server.replay.drive import drive
from turnero.server.replay.plan import Plan
from turnero.server.replay.report import Report

#: minutes of the trace in a minute of ours: a day in about a minute
SPEED = 600.0

__all__ = ["SPEED", "ReplayError", "replay", "run", "write_site"]


def write_site(file: Path, office: str, day: str, target: Path) -> Plan:
    """Write the site that a replay of this office-day needs. Raises `TraceError`, `ReplayError`."""
    plan = planning.make(traces.read(file).office_day(office, day))
    try:
        target.write_text(site_toml.render(plan), "utf-8")
    except OSError as error:
        raise ReplayError(f"{target}: cannot be written: {error.strerror}") from error
    return plan


def run(
    file: Path,
    office: str,
    day: str,
    *,
    url: str | None,
    token: str | None,
    speed: float = SPEED,
    as_json: bool = False,
) -> int:
    """Replay, print what was found, and give the exit code: 1 if anything disagrees.

    Raises `TraceError` for a wrong file, office or day, `ReplayError` when it cannot go on.
    """
    if speed < 0:
        raise ReplayError("--speed must be 0 (as fast as the server answers) or more")
    plan = planning.make(traces.read(file).office_day(office, day))
    if not url or not token:
        raise ReplayError("give --url and --token, or --site-toml to write the site to load first")
    try:
        found = uvloop.run(replay(plan, url=url, token=token, speed=speed))
    except* ReplayError as group:
        raise _first(group) from None
    if as_json:
        sys.stdout.write(msgspec.json.format(msgspec.json.encode(found)).decode() + "\n")
    else:
        sys.stdout.write(report.text(found) + "\n")
    return 1 if found.disagreements else 0


async def replay(plan: Plan, *, url: str, token: str, speed: float = SPEED) -> Report:
    """Play a plan against a server that has its site, and compare with the journal."""
    async with Client(url, token, plan.site) as client:
        missing = {queue.service for queue in plan.queues} - await client.services()
        if missing:
            raise ReplayError(
                f"site {plan.site} has no service {', '.join(sorted(missing))}: it was loaded for "
                "another day; write this one with --site-toml and load it"
            )
        head = await client.head()
        began = time.monotonic()
        console = Console(stderr=True)
        with Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        ) as progress:
            bar = progress.add_task("tickets and calls", total=plan.people + plan.calls)
            pace = await drive(plan, client, speed, lambda: progress.advance(bar))
        seconds = time.monotonic() - began
        facts: list[Fact] = []
        async for page in client.journal(head):
            facts += page
        found = await asyncio.to_thread(disagreements, client.acts, facts)
        return report.make(
            plan,
            client.acts,
            facts,
            found,
            speed=speed,
            seconds=seconds,
            late_s=pace.late_s,
            retries=client.retries,
        )


def _first(group: BaseExceptionGroup[ReplayError]) -> ReplayError:
    """The first of the errors that several tasks had."""
    error = group.exceptions[0]
    return _first(error) if isinstance(error, BaseExceptionGroup) else error
