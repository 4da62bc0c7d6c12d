"""What `turnero serve` does before and after the server's life: says where it is, and what comes next."""

import os
import sys
import webbrowser
from typing import TYPE_CHECKING

import structlog

from turnero.server import logs
from turnero.server.serve import CANNOT_START, Life, run
from turnero.server.settings import Settings, strangers

if TYPE_CHECKING:
    from turnero.server.running import Running

log = structlog.get_logger("turnero.server")


def say(text: str) -> None:
    """A line for whoever started the server; logs go their own way."""
    print(text, file=sys.stderr, flush=True)  # noqa: T201 - the command line's voice


def start(settings: Settings, *, demo: bool = False, browser: bool = True) -> int:
    """Serve until stopped; the process's exit code."""
    logs.configure(settings.log_level, settings.log_format)
    for name in strangers(os.environ):
        log.warning("this variable looks like a setting and is none", name=name)
    if demo:
        from turnero.server.demo import life  # noqa: PLC0415 - only for the demonstration

        refusal = life.refusal(settings)
        if refusal is not None:
            say(f"turnero: {refusal}")
            return CANNOT_START
        return run(life.demo_life(settings, lambda address: _show(address, browser=browser)))
    return run(Life(settings, started=_started))


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
