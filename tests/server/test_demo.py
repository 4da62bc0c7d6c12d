"""The demonstration: a hospital with people in it, for this machine alone, never over anybody's data."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from tests.peers.server import ROOT, RunningServer
from turnero.server.demo import bounds
from turnero.server.settings import load


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """The demonstration, running on a new folder."""
    server = RunningServer(
        tmp_path_factory.mktemp("demo") / "data", words=("--demo", "--no-browser")
    )
    server.start()
    yield server
    server.stop()


def _visit(demo: RunningServer, **headers: str) -> httpx.Response:
    return httpx.get(f"{demo.url}/", headers=headers, trust_env=False)


def test_its_page_shows_kiosk_paper_desk_and_board_and_makes_the_browser_each_of_them(
    demo: RunningServer,
) -> None:
    page = _visit(demo)
    frames = [part.split('"')[0] for part in page.text.split('<iframe src="')[1:]]
    assert frames == ["/kiosk", "/paper/hall", "/phone", "/desk/demo.1", "/board"]
    jar = "; ".join(f"{cookie.name}={cookie.value}" for cookie in page.cookies.jar)
    for frame in (*frames, "/supervisor"):
        shown = httpx.get(f"{demo.url}{frame}", headers={"cookie": jar}, trust_env=False)
        assert shown.status_code == 200, frame
    again = _visit(demo, cookie=jar)
    assert "set-cookie" not in again.headers, "a browser that has its cookies keeps them"


def test_a_name_that_only_resolves_to_this_machine_gets_nothing(demo: RunningServer) -> None:
    for host in ("evil.example", f"evil.example:{demo.port}", "127.0.0.1.evil.example", ""):
        answer = _visit(demo, host=host)
        assert answer.status_code in (400, 403), host
        assert "set-cookie" not in answer.headers
    assert _visit(demo, **{"x-forwarded-for": "10.0.0.1"}).status_code == 403


def test_people_wait_with_honest_ranks_and_each_service_can_say_how_long(
    demo: RunningServer,
) -> None:
    with demo.client("administrator") as client:
        (site,) = client.get("/api/v1/sites").json()["sites"]
        leaves = [one for one in site["services"] if not one["group"]]
        assert len(leaves) == 6
        assert 12 <= sum(one["waiting"] for one in leaves) <= 25
        unknown = {one["id"]: one["wait_unknown"] for one in leaves if not one["wait"]}
        assert unknown == {"farmacia": "no-desk"}, "whoever attends it is on a break"
        journal = client.get("/api/v1/journal?site=demo&after=0&limit=500").json()
    times = [datetime.fromisoformat(fact["at"]) for fact in journal["facts"]]
    assert times == sorted(times)
    assert timedelta(minutes=40) < datetime.now(UTC) - times[0] < timedelta(minutes=60)


def test_started_again_it_adds_nobody(demo: RunningServer) -> None:
    with demo.client("administrator") as client:
        before = client.get("/api/v1/sites").json()
    demo.stop()
    demo.start()
    with demo.client("administrator") as client:
        after = client.get("/api/v1/sites").json()
    assert [one["waiting"] for one in before["sites"][0]["services"]] == [
        one["waiting"] for one in after["sites"][0]["services"]
    ]


def _refused(*words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "turnero", "serve", "--demo", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    return done.stderr


def test_it_answers_no_other_machine(tmp_path: Path) -> None:
    assert "this machine only" in _refused("--host", "10.0.0.1", "--data", str(tmp_path / "d"))
    assert not (tmp_path / "d").exists()


def test_it_does_not_open_an_installation_of_ones_own(tmp_path: Path) -> None:
    own = RunningServer(tmp_path / "own")
    own.data.mkdir()
    own.load()
    assert "an installation of your own" in _refused("--data", str(own.data))


def test_yesterdays_folder_goes_and_what_is_not_the_demonstrations_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    days = tmp_path / "turnero" / "demo"
    for name, marked in (("2020-01-01", True), ("mine", False)):
        (days / name).mkdir(parents=True)
        if marked:
            (days / name / bounds.MARK).touch()
    today = bounds.default_folder()
    assert today.parent == days
    assert sorted(path.name for path in days.iterdir()) == ["mine"]


def test_only_loopback_hosts_are_allowed(tmp_path: Path) -> None:
    for host, allowed in (
        ("127.0.0.1", True),
        ("::1", True),
        ("localhost", True),
        ("10.0.0.1", False),
        ("x", False),
    ):
        settings = load(tmp_path, environment={}, given={"host": host})
        assert (bounds.may_run(settings) is None) is allowed, host
