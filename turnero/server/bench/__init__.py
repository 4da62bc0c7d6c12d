"""`turnero bench`: how fast this server is on this machine, as JSON. Not a test: it judges nothing.

scratch.py starts the server, load.py asks it over raw sockets from this process, measures.py
and streams.py say what is asked, and here it is put together.
"""

import os
import platform
import sqlite3
import sys
from typing import Any

import msgspec
import uvloop

from turnero import __version__
from turnero.server.bench import measures
from turnero.server.bench.load import Connection, LoadError, request
from turnero.server.bench.scratch import SITE, Scratch, scratch
from turnero.server.bench.streams import measure_streams

__all__ = ["LoadError", "bench", "run"]

LEVELS = (100, 10_000, 100_000)
QUICK_LEVELS = (100, 1_000, 3_000)
STREAMS = 200
_STARTS = 5
#: desks at which somebody is while the board is read
_BUSY_DESKS = 12


def run(*, quick: bool = False, with_table: bool = True) -> int:
    """Measure, print the JSON (stdout) and a short table (stderr); 0.

    Raises `LoadError` when the server did not answer as it must.
    """
    found = bench(quick=quick)
    if with_table:
        sys.stderr.write(table(found) + "\n")
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(found)).decode() + "\n")
    return 0


def bench(*, quick: bool = False) -> dict[str, Any]:
    """Everything, on a server of its own; times in ms, rates a second, memory in MiB."""
    levels = QUICK_LEVELS if quick else LEVELS
    with scratch() as server:
        _say("preparing: a site with people waiting")
        server.prepare(levels)
        _say("starting the server")
        starts = []
        for n in range(1 if quick else _STARTS):
            if n:
                server.stop()
            starts.append(round(server.start(), 3))
        token = server.command("token", "create", "--role", "desk", "--site", SITE)
        found = uvloop.run(_measure(server, token, quick=quick))
        peak = server.peak_mb()
    found = {
        "version": __version__,
        "quick": quick,
        "machine": {
            "cores": os.cpu_count(),
            "python": platform.python_version(),
            "sqlite": sqlite3.sqlite_version,
        },
        "start_s": {"median": sorted(starts)[len(starts) // 2], "all": starts},
        "peak_memory_mb": peak,
        **found,
    }
    return {**found, "aims": aims(found)}


async def _measure(server: Scratch, token: str, *, quick: bool) -> dict[str, Any]:
    port = server.port
    levels = QUICK_LEVELS if quick else LEVELS
    await measures.call_some(port, token, levels[-1], _BUSY_DESKS)
    _say("hello route, taking tickets, reading the board, in turns")
    figures, taken = await measures.routes(
        port, token, seconds=0.6 if quick else 2.0, rounds=1 if quick else 3
    )
    _say("calling next")
    called = await measures.call_next(
        port, token, levels, calls=60 if quick else 600, seconds=0.6 if quick else 3.0
    )
    _say(f"facts to {STREAMS} streams")
    body = msgspec.json.encode({"site": SITE, "service": "issue"})
    live = await measure_streams(
        port,
        token=token,
        site=SITE,
        after=await _head(port, token),
        act=request("POST", "/api/v1/tickets", port=port, token=token, body=body),
        streams=STREAMS,
        facts=20 if quick else 100,
    )
    return {
        **figures,
        "issued_distinct": taken,
        "next": called,
        "live": live,
    }


async def _head(port: int, token: str) -> int:
    """The number of the site's last fact."""
    connection = await Connection.open(port)
    try:
        answer = await connection.ask(
            request("GET", f"/api/v1/sites/{SITE}/board", port=port, token=token)
        )
    finally:
        connection.close()
    return int(msgspec.json.decode(answer.body)["seq"])


def aims(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The issue's aims beside what was found."""
    first, last = found["next"][0], found["next"][-1]
    of_hello = found["issue"]["64"].per_second / found["hello"]["64"].per_second
    growth = last["1"].p50_ms / first["1"].p50_ms
    return {
        "issue_of_hello_64": _aim(of_hello, "at least", 0.25),
        "issue_p99_ms_64": _aim(found["issue"]["64"].p99_ms, "under", 100),
        f"next_{last['waiting']}_of_{first['waiting']}": _aim(growth, "at most", 1.3),
        "start_s": _aim(found["start_s"]["median"], "under", 1.5),
    }


def _aim(value: float, how: str, aim: float) -> dict[str, Any]:
    met = {"at least": value >= aim, "at most": value <= aim, "under": value < aim}[how]
    return {"value": round(value, 3), "aim": f"{how} {aim:g}", "met": met}


def table(found: dict[str, Any]) -> str:
    """A few lines for the terminal."""
    rows: list[tuple[str, ...]] = [("", "1 client", "8 clients", "64 clients")]
    for name, figures in (
        ("hello", found["hello"]),
        ("issue", found["issue"]),
        *((f"next, {level['waiting']} waiting", level) for level in found["next"]),
        ("board", found["board"]),
    ):
        cells = [figures[str(clients)] for clients in measures.CLIENTS]
        rows.append(
            (name, *(f"{c.per_second:>8.0f}/s {c.p50_ms:>7.2f}/{c.p99_ms:.2f} ms" for c in cells))
        )
    lines = ["  ".join(f"{cell:<28}" for cell in row).rstrip() for row in rows]
    live = found["live"]
    lines += [
        f"a fact to the last of {live['streams']} streams: {live['p50_ms']} ms ({live['p99_ms']} 99th)",
        f"start {found['start_s']['median']} s, peak memory {found['peak_memory_mb']} MiB",
        *(
            f"{'met ' if aim['met'] else 'MISS'} {name}: {aim['value']} (aim: {aim['aim']})"
            for name, aim in found["aims"].items()
        ),
    ]
    return "\n".join(lines)


def _say(what: str) -> None:
    """Progress on a terminal."""
    if sys.stderr.isatty():
        sys.stderr.write(f"… {what}\n")
