"""Nothing stays behind when a test run is killed from outside."""

import subprocess
import sys
import threading

import pytest

from tests.peers.ours import begin
from tests.peers.server import ROOT

RUN = """
import time
from tests.peers.ours import begin
begin(["sh", "-c", "echo up; exec sleep 60"])
time.sleep(60)
"""


def test_what_a_run_began_ends_when_it_is_killed() -> None:
    run = subprocess.Popen([sys.executable, "-c", RUN], cwd=ROOT, stdout=subprocess.PIPE)
    with run:
        assert run.stdout is not None
        assert run.stdout.readline()
        run.kill()
        # The pipe is closed once what it began, which writes there too, has ended.
        run.communicate(timeout=20)


def test_it_outlives_the_thread_that_asked_for_it() -> None:
    found: list[subprocess.Popen[bytes]] = []

    def asks() -> None:
        process = begin(["sh", "-c", "echo up; exec sleep 60"], stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()
        found.append(process)

    asking = threading.Thread(target=asks)
    asking.start()
    asking.join()
    with found[0] as process:
        try:
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(0.5)
        finally:
            process.kill()
