"""What runs inside X on a box: the outputs side by side and turned, the touch panels where they
belong, and one Chromium for each screen, begun again whenever it ends.

Ends when X does; systemd then starts both again.
"""

import asyncio
import re
import shutil
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from turnero.device.install.shape import BOARD, LOCAL, Screen

#: seconds that a tool of X may take
_TOOL_S: Final = 15.0
#: seconds between two looks at what is connected, and before a Chromium that ended is begun again
LOOK_S: Final = 5.0
_OUTPUT: Final = re.compile(
    r"^(\S+) connected (?:primary )?(?:(\d+)x(\d+)\+(\d+)\+(\d+))?", re.MULTILINE
)


class Layout(msgspec.Struct, frozen=True):
    """`/etc/turnero/screens.json`."""

    server: str
    screens: tuple[Screen, ...]


class Area(NamedTuple):
    """Where an output lies on X's one surface, in pixels."""

    width: int
    height: int
    left: int
    top: int


def read(path: Path) -> Layout:
    """Raises `ValueError` for what no installation wrote, `OSError` where there is none."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Layout)
    except msgspec.DecodeError as wrong:
        raise ValueError(
            f"{path} cannot be read ({wrong}): run `turnero device install` again"
        ) from None


def connected(said: str) -> dict[str, Area | None]:
    """The outputs that xrandr lists as connected; None for one that is not switched on."""
    return {
        match[1]: Area(*(int(one) for one in match.groups()[1:])) if match[2] else None
        for match in _OUTPUT.finditer(said)
    }


def arranging(layout: Layout, outputs: set[str]) -> list[str]:
    """Xrandr's arguments: the screens from left to right, every other output off."""
    words: list[str] = []
    before = ""
    for screen in layout.screens:
        if screen.output in outputs:
            words += ["--output", screen.output, "--auto", "--rotate", screen.rotate]
            words += ["--right-of", before] if before else ["--primary", "--pos", "0x0"]
            before = screen.output
    for other in sorted(outputs - {one.output for one in layout.screens}):
        words += ["--output", other, "--off"]
    return words


def address(screen: Screen) -> str:
    """What a screen shows first."""
    return f"{LOCAL}/" if screen.show == "kiosk" else f"{BOARD}/board"


def chromium(screen: Screen, area: Area, url: str, profile: Path, program: str) -> list[str]:
    """The command of one screen."""
    return [
        program,
        "--kiosk",
        "--no-first-run",
        "--noerrdialogs",
        "--disable-session-crashed-bubble",
        "--disable-pinch",
        "--overscroll-history-navigation=0",
        "--touch-events=enabled",
        "--password-store=basic",
        f"--user-data-dir={profile}",
        f"--window-position={area.left},{area.top}",
        f"--window-size={area.width},{area.height}",
        *([f"--alsa-output-device={screen.audio}"] if screen.audio else []),
        url,
    ]


async def show(layout: Layout, home: Path) -> None:
    """Show every screen until X ends. Raises `OSError` when X cannot be reached."""
    lost: OSError | None = None
    try:
        async with asyncio.TaskGroup() as group:
            await _arrange(layout)
            for screen in layout.screens:
                group.create_task(_keep(screen, home / screen.show))
            while True:
                await asyncio.sleep(LOOK_S)
                outputs = await _outputs()
                if any(outputs.get(one.output, ()) is None for one in layout.screens):
                    await _arrange(layout)  # plugged in again
    except* OSError as gone:
        lost = next(one for one in gone.exceptions if isinstance(one, OSError))
    if lost is not None:
        raise lost


async def _keep(screen: Screen, profile: Path) -> None:
    """One screen's Chromium, for ever."""
    program = shutil.which("chromium") or "chromium"
    while True:
        area = (await _outputs()).get(screen.output)
        if area is not None:
            words = chromium(screen, area, address(screen), profile, program)
            started = await asyncio.create_subprocess_exec(*words)
            try:
                await started.wait()
            finally:
                if started.returncode is None:
                    started.terminate()
        await asyncio.sleep(LOOK_S)


async def _arrange(layout: Layout) -> None:
    words = arranging(layout, set(await _outputs()))
    if words:
        await _tool("xrandr", *words)
    for screen in layout.screens:
        if screen.touch:
            await _tool("xinput", "map-to-output", f"pointer:{screen.touch}", screen.output)


async def _outputs() -> dict[str, Area | None]:
    code, said = await _tool("xrandr", "--query")
    if code != 0:
        raise OSError("X cannot be reached")
    return connected(said)


async def _tool(*words: str) -> tuple[int, str]:
    """A tool's code and what it said; 1 when it took too long."""
    started = await asyncio.create_subprocess_exec(*words, stdout=asyncio.subprocess.PIPE)
    try:
        said, _ = await asyncio.wait_for(started.communicate(), _TOOL_S)
    except TimeoutError:
        started.kill()
        await started.wait()
        return 1, ""
    return started.returncode or 0, said.decode("utf-8", "replace")
