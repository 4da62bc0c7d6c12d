"""`turnero device screens` on a real X: one browser for each screen, where it hangs, again if it ends."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

pytestmark = pytest.mark.requires("xvfb", "x11-xserver-utils")

ROOT = Path(__file__).resolve().parents[3]
#: writes down how it was started, and lives until it is ended
BROWSER = """#!/bin/sh
echo "$*" >> "$HOME/started"
echo $$ > "$HOME/pid"
exec sleep 60
"""


@contextmanager
def display() -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """An X with one output, called "screen"."""
    said, say = os.pipe()
    words = ("Xvfb", "-displayfd", str(say), "-screen", "0", "800x600x24", "-noreset")
    x = subprocess.Popen(words, pass_fds=[say], stderr=subprocess.DEVNULL)
    try:
        yield ":" + os.read(said, 10).decode().strip(), x
    finally:
        x.terminate()
        x.wait(10)
        os.close(said)
        os.close(say)


def starts(home: Path, least: int) -> list[str]:
    """How the browser was started so far, once that often."""
    end = time.monotonic() + 40
    while time.monotonic() < end:
        found = (home / "started").read_text().splitlines() if (home / "started").exists() else []
        if len(found) >= least:
            return found
        time.sleep(0.2)
    pytest.fail(f"started {len(found)} times: {[one.name for one in home.iterdir()]}")


def test_a_screen_gets_its_browser_and_gets_it_again_and_ends_with_x(tmp_path: Path) -> None:
    browser = tmp_path / "bin" / "chromium"
    browser.parent.mkdir()
    browser.write_text(BROWSER)
    browser.chmod(0o755)
    layout = tmp_path / "screens.json"
    screens = [{"show": "kiosk", "output": "screen"}, {"show": "board", "output": "HDMI-9"}]
    layout.write_text(json.dumps({"server": "http://127.0.0.1:1", "screens": screens}))
    with display() as (name, x):
        show = subprocess.Popen(
            [sys.executable, "-m", "turnero", "device", "screens", "--layout", layout],
            env={
                **os.environ,
                "PATH": f"{browser.parent}:{os.environ['PATH']}",
                "HOME": str(tmp_path),
                "DISPLAY": name,
                "PYTHONPATH": str(ROOT),
            },
            stderr=subprocess.PIPE,
        )
        try:
            (first,) = starts(tmp_path, 1)  # the output that is not there has none
            assert first.startswith("--kiosk ")
            assert "--window-position=0,0 --window-size=800,600" in first
            assert first.endswith(" http://127.0.0.1:8410/")
            os.kill(int((tmp_path / "pid").read_text()), 9)
            assert starts(tmp_path, 2) == [first, first]
            x.terminate()
            assert show.wait(30) != 0
            assert show.stderr is not None
            said = show.stderr.read()
            assert b"turnero: X cannot be reached" in said
            assert b"Traceback" not in said
        finally:
            if show.poll() is None:
                show.kill()
                show.wait(5)
