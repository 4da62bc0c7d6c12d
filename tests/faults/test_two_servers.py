"""Two servers behind one PostgreSQL and one exchange: one dials, the other goes on when it dies.

And who was only stopped for a while (a machine paused, or asleep) and goes on in the middle of a
sentence rings nobody, since the other one may have that patient on the telephone by then.
"""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.peers.postgres import PostgresServer
from turnero.store.migrate import migrate

#: some ten seconds where nothing else is at work
WITHIN_S = 90


async def seen(folder: Path, databases: dict[str, str]) -> dict[str, dict[str, Any]]:
    """What was seen of each pair; they live beside each other."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.faults.telephone_pairs", str(folder)),
        *(f"{what}={address}" for what, address in databases.items()),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(WITHIN_S):
            said, wrong = await process.communicate()
    finally:
        if process.returncode is None:
            os.killpg(process.pid, signal.SIGKILL)  # its servers too, one of which sleeps
            await process.wait()
    found = {one["what"]: one for one in map(json.loads, said.splitlines())}
    assert found.keys() == databases.keys(), wrong.decode()
    return found


@pytest.mark.timeout(200)
async def test_one_of_two_servers_dies_or_sleeps_while_it_dials(
    tmp_path: Path, postgres_server: PostgresServer
) -> None:
    databases = {
        what: postgres_server.prepared("migrated", migrate)
        for what in ("killed", "paused", "unguarded")
    }
    try:
        found = await seen(tmp_path, databases)
    finally:
        for address in databases.values():
            postgres_server.drop(address)
    killed, paused, unguarded = (found[what] for what in databases)
    for one in (killed, paused):
        assert (one["state"], one["joined"], one["open"], one["left"]) == ("finished", 1, 0, 0), one
        assert one["leads"] == ["b", 2], one
        assert one["twice"] == 0, one
    # It went on with the call that rang when the other one died.
    assert (killed["written"], killed["dials"]) == (1, 1), killed
    # What the other one had written down and not said was given up, and rung by this one alone.
    assert (paused["written"], paused["dials"]) == (2, 1), paused
    # The check would see it.
    assert (unguarded["dials"], unguarded["twice"]) == (2, 1), unguarded
