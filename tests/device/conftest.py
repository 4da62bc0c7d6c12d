"""The hospital with a box that the tests of a box play in."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.device.standing import Hospital, PaperMachine, site
from tests.peers.server import RunningServer


@pytest.fixture
def machine() -> Iterator[PaperMachine]:
    """A printer on a socket."""
    made = PaperMachine()
    try:
        yield made
    finally:
        made.stop()


@pytest.fixture
def hospital(tmp_path: Path, machine: PaperMachine) -> Iterator[Hospital]:
    """A running server whose box is not paired yet, and that box, not started yet."""
    server = RunningServer(tmp_path / "server")
    server.data.mkdir()
    server.load(site({"own": machine.url}))
    made = Hospital(server, tmp_path)
    server.start()
    try:
        yield made
    finally:
        made.close()
        server.stop()
