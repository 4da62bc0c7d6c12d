"""What a box's Chromium shows of an address, seen on its screen: run by test_policy.py as root in
mount and network namespaces of its own.

Arguments: a folder, the folder of policies, and as JSON for each browser what it shows in turn: an
address, and the words for which is waited. Prints the text of each as JSON.
"""

import json
import os
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from itertools import cycle
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import httpx
from PIL import Image

from turnero.device.install.shape import LOCAL, Screen
from turnero.device.install.showing import Area, chromium

#: an address, and words that are to be on the screen
Look = tuple[str, list[str]]

DEBUGGING = 9222
SIZE = Area(1000, 700, 0, 0)
#: a guard against hanging: a page is there after two to five seconds
PATIENCE_S = 25.0


def bind(source: Path, place: Path) -> None:
    """Another folder in the place of this machine's; seen by this program's children only."""
    place.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "--bind", source, place], check=True)


def picture(dump: Path) -> Image.Image:
    """X's surface out of Xvfb's file, which has the form of xwd."""
    content = dump.read_bytes()
    header = struct.unpack(">25I", content[:100])
    start, width, height, line = header[0] + header[19] * 12, header[4], header[5], header[12]
    pixels = content[start : start + line * height]
    return Image.frombuffer("RGB", (width, height), pixels, "raw", "BGRX", line, 1)


def text(dump: Path, work: Path, times: int) -> str:
    """What can be read on the screen, so many times as large: small letters need it, and it is slow."""
    seen = picture(dump)
    seen.resize((seen.width * times, seen.height * times)).save(work / "seen.png")
    words = ["tesseract", str(work / "seen.png"), "-", "--psm", "6"]
    alone = {**os.environ, "OMP_THREAD_LIMIT": "1"}
    return subprocess.run(
        words, capture_output=True, text=True, check=False, timeout=30, env=alone
    ).stdout


def shown(wanted: list[str], dump: Path, work: Path) -> str:
    """The text on the screen once all that is wanted stands there; else what stands there at last."""
    end = time.monotonic() + PATIENCE_S
    for times in cycle((1, 2)):
        now = text(dump, work, times)
        if all(word in now for word in wanted) or time.monotonic() > end:
            return now
        time.sleep(0.3)
    raise AssertionError("a cycle has no end")


@contextmanager
def browser(url: str, work: Path, display: str, *flags: str) -> Iterator[None]:
    """The box's Chromium with that address, as its screens begin it."""
    profile = work / f"profile-{time.monotonic_ns()}"
    words = chromium(Screen("kiosk", "screen"), SIZE, url, profile, "chromium")
    started = subprocess.Popen(
        [*words[:1], *flags, *words[1:]],
        env={**os.environ, "DISPLAY": display, "HOME": str(work)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        started.terminate()
        started.wait(10)


def debug(method: str, path: str) -> Any:
    """Something asked of the browser from outside."""
    answer = httpx.request(method, f"http://127.0.0.1:{DEBUGGING}/json/{path}", timeout=10)
    return answer.raise_for_status()


def looked(looks: list[Look], work: Path, display: str, dump: Path) -> list[str]:
    """What is on the screen for each: the first is given to the browser as it begins, those after
    it are opened beside it from outside, since the command line knows no view-source.
    """
    (url, wanted), *others = looks
    flags = [f"--remote-debugging-port={DEBUGGING}"] if others else []
    with browser(url, work, display, *flags):
        found = [shown(wanted, dump, work)]
        for address, words in others:
            opened = debug("PUT", f"new?{address}").json()["id"]
            found.append(shown(words, dump, work))
            debug("GET", f"close/{opened}")
            shown(wanted, dump, work)  # the first page is there again: nothing is read twice
    return found


def main(work: Path, policies: Path, browsers: list[list[Look]]) -> None:
    """Look at all of it."""
    bind(policies, Path("/etc/chromium/policies"))
    flags = work / "chromium.d"
    flags.mkdir()
    (flags / "as-root").write_text(
        'export CHROMIUM_FLAGS="$CHROMIUM_FLAGS --no-sandbox --disable-gpu"\n'
    )
    bind(flags, Path("/etc/chromium.d"))
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    pages = work / "pages"
    pages.mkdir()
    (pages / "index.html").write_text("<title>Box</title><h1>Take a ticket here</h1>")
    handler = partial(SimpleHTTPRequestHandler, directory=str(pages))
    server = ThreadingHTTPServer(("127.0.0.1", urlsplit(LOCAL).port or 0), handler)
    Thread(target=server.serve_forever, daemon=True).start()
    said, say = os.pipe()
    x = subprocess.Popen(
        [
            *("Xvfb", "-displayfd", str(say), "-fbdir", work, "-noreset"),
            *("-screen", "0", f"{SIZE.width}x{SIZE.height}x24"),
        ],
        pass_fds=[say],
        stderr=subprocess.DEVNULL,
    )
    try:
        display = ":" + os.read(said, 10).decode().strip()
        dump = work / "Xvfb_screen0"
        print(json.dumps([looked(one, work, display, dump) for one in browsers]))
    finally:
        x.terminate()
        x.wait(10)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), json.loads(sys.argv[3]))
