"""A forked Turnero is told, ends and is ended as one that was started."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.peers.forked import Process, turnero
from tests.peers.ports import free_port
from tests.peers.server import ROOT

BOX = ("device", "--server", "http://127.0.0.1:9", "--port")
RUN = """
import os, signal, sys
from pathlib import Path
from tests.peers.forked import Forked, turnero
words = [*sys.argv[2:], "--data", sys.argv[1]]
assert isinstance(turnero(words, dict(os.environ), sys.stdout), Forked)
os.kill(os.getpid(), signal.SIGKILL)
"""


def run(tmp_path: Path, *words: str, fresh: bool, **env: str) -> tuple[Process, Path]:
    said = tmp_path / "said"
    with said.open("wb") as out:
        return turnero(words, {**os.environ, **env}, out, fresh=fresh), said


@pytest.mark.parametrize("fresh", [True, False])
def test_it_has_its_words_environment_output_and_exit_code(tmp_path: Path, fresh: bool) -> None:
    process, said = run(tmp_path, "serve", fresh=fresh, TURNERO_PORT="many")
    assert process.wait(30) == 2
    assert process.poll() == 2
    assert "TURNERO_PORT" in said.read_text()


@pytest.mark.parametrize("fresh", [True, False])
def test_it_is_ended_by_a_signal(tmp_path: Path, fresh: bool) -> None:
    words = (*BOX, str(free_port()), "--data", str(tmp_path / "box"))
    process, _ = run(tmp_path, *words, fresh=fresh)
    assert os.getsid(process.pid) == process.pid or fresh
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(0.2)
    process.kill()
    assert process.wait(10) == -signal.SIGKILL


def test_it_ends_with_the_run_that_asked_for_it(tmp_path: Path) -> None:
    run = subprocess.Popen(
        [sys.executable, "-c", RUN, str(tmp_path / "box"), *BOX, str(free_port())],
        cwd=ROOT,
        stdout=subprocess.PIPE,
    )
    # The pipe is closed once all that write there have ended.
    run.communicate(timeout=60)
    assert run.returncode == -signal.SIGKILL
