"""What a box's Chromium shows of an address, seen on its screen: run by test_policy.py as root in
mount and network namespaces of its own.

Arguments: a folder, the folder of policies, addresses. Prints address -> text as JSON.
"""

import json
import os
import struct
import subprocess
import sys
import time
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import httpx
from PIL import Image

from turnero.device.install.shape import LOCAL, Screen
from turnero.device.install.showing import Area, chromium

DEBUGGING = 9222
SIZE = Area(1000, 700, 0, 0)
#: a guard against hanging: a page is there after two to five seconds
PATIENCE_S = 30.0


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


def text(dump: Path, work: Path) -> str:
    """What can be read on the screen."""
    picture(dump).resize((SIZE.width * 2, SIZE.height * 2)).save(work / "seen.png")
    words = ["tesseract", str(work / "seen.png"), "-", "--psm", "6"]
    return subprocess.run(words, capture_output=True, text=True, check=False, timeout=30).stdout


def seen(address: str, work: Path, display: str, dump: Path) -> str:
    """The text of an address; of a second one after it, opened from outside: the command line
    knows no view-source.
    """
    url, _, opened = address.partition(" ")
    profile = work / f"profile-{time.monotonic_ns()}"
    words = chromium(Screen("kiosk", "screen"), SIZE, url, profile, "chromium")
    if opened:
        words.insert(1, f"--remote-debugging-port={DEBUGGING}")
    browser = subprocess.Popen(
        words,
        env={**os.environ, "DISPLAY": display, "HOME": str(work)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        found = settled(work, dump)
        if opened:
            httpx.put(
                f"http://127.0.0.1:{DEBUGGING}/json/new?{opened}", timeout=10
            ).raise_for_status()
            time.sleep(2)
            found = settled(work, dump)
    finally:
        browser.terminate()
        browser.wait(10)
    return found


def settled(work: Path, dump: Path) -> str:
    """The text on the screen once it stays the same."""
    before, end = "", time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        time.sleep(1)
        now = text(dump, work).strip()
        if len(now) > 5 and now == before:
            break
        before = now
    return before


def main(work: Path, policies: Path, addresses: list[str]) -> None:
    """Look at each address."""
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
        print(json.dumps({one: seen(one, work, display, dump) for one in addresses}))
    finally:
        x.terminate()
        x.wait(10)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
