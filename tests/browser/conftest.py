"""The hospital that the browser's tests walk through, one for each file, and the people in it."""

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.browser.hospital import Hospital, People, furnish
from tests.peers.browser import Visit
from tests.peers.server import RunningServer


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """An installation that no server has opened yet, and its tokens."""
    data = tmp_path_factory.mktemp("furnished") / "data"
    with ThreadPoolExecutor(1) as elsewhere:  # it runs a loop of its own
        return data, elsewhere.submit(furnish, data).result()


@pytest.fixture(scope="module")
def hospital(
    furnished: tuple[Path, dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Hospital]:
    """A running hospital whose phones reach it."""
    made, tokens = furnished
    data = tmp_path_factory.mktemp("hospital") / "data"
    shutil.copytree(made, data)
    server = RunningServer(data)
    server.environment["TURNERO_PUBLIC_ADDRESS"] = server.url
    server.start()
    try:
        yield Hospital(server, tokens)
    finally:
        server.stop()


@pytest.fixture
def people(hospital: Hospital, open_page: Visit) -> People:
    """Everybody in the hospital, for one test, which begins with empty lines."""
    hospital.clear()
    return People(hospital, open_page)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """The demonstration as `make run` starts it, whose phones reach it."""
    words = ("--demo", "--no-browser")
    server = RunningServer(tmp_path_factory.mktemp("demo") / "data", words=words)
    server.environment["TURNERO_PUBLIC_ADDRESS"] = server.url
    server.start()
    try:
        yield server
    finally:
        server.stop()
