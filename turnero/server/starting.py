"""What `turnero serve` does before and after the server's life: says where it is, and what comes next."""

import gc
import os
import signal
import sys
import webbrowser
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

from turnero.server.demo.bounds import may_run
from turnero.server.settings import Settings, strangers
from turnero.web.binding import CANNOT_START, CannotStartError, bind

if TYPE_CHECKING:
    from turnero.server.running import Running


def say(text: str) -> None:
    """A line for whoever started the server; logs go their own way."""
    print(text, file=sys.stderr, flush=True)  # noqa: T201 - the command line's voice


def start(settings: Settings, *, demo: bool = False, browser: bool = True) -> int:
    """Serve until stopped; the process's exit code."""
    for sig in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sig, _early)  # until the server takes them over
    if demo:
        refusal = may_run(settings)
        if refusal is not None:
            say(f"turnero: {refusal}")
            return CANNOT_START
    try:
        sock = bind(settings.host, settings.port)
    except CannotStartError as error:
        say(f"turnero: {error}")
        return CANNOT_START
    gc.disable()  # until it is ready: nothing of what is imported can be freed anyway
    # From here on clients wait instead of being refused, while the rest is imported.
    from turnero.server.serve import Life, run  # noqa: PLC0415
    from turnero.web import logs  # noqa: PLC0415

    logs.configure(settings.log_level, settings.log_format)
    for name in strangers(os.environ):
        logs.log.warning("this variable looks like a setting and is none", name=name)
    if demo:
        from turnero.server.demo.life import demo_life  # noqa: PLC0415

        return run(demo_life(settings, lambda address: _show(address, browser=browser)), sock)
    return run(Life(settings, started=_started), sock)


def _early(_signal: int, _frame: FrameType | None) -> NoReturn:
    """Asked to stop before anything runs: leave."""
    raise SystemExit(0)


async def _started(running: "Running", address: str) -> None:
    """Say where it is; while there is no administrator, the link that makes the first one."""
    say(f"Turnero answers at {address}")
    secret = await running.accounts.begin_setup()
    if secret is not None:
        say("There is no administrator yet. Open this link once to make the first one:")
        say(f"  {address}/setup#{secret}")


def _show(address: str, *, browser: bool) -> None:
    say(f"Turnero's demonstration: open {address}/")
    if browser and (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        webbrowser.open(f"{address}/")
