"""The command line: `turnero serve`, `token create`, `site load`, `doctor`, `backup` and the rest.

Each act imports what it needs when it runs, so that `--help` is quick.
"""

import os
import sys
from pathlib import Path

import rich_click as click

from turnero import __version__
from turnero.cli import (
    accounts,
    device,
    devices,
    measuring,
    messages,
    planning,
    signs,
    sites,
    upkeep,
    vault,
    voice,
    waits,
)
from turnero.cli.plainly import data_folder, settings_from


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="turnero")
def main() -> None:
    """Turnero: the waiting room of a hospital, from the touch kiosk to the desk."""


@main.command()
@data_folder
@click.option(
    "--demo", is_flag=True, help="An embedded hospital with people in it; this machine only."
)
@click.option("--host", help="Address to listen on (default 127.0.0.1).")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    help="Port to listen on (default 8400; 0: any free one).",
)
@click.option("--no-browser", is_flag=True, help="With --demo: open no browser.")
def serve(
    *, data: Path | None, demo: bool, host: str | None, port: int | None, no_browser: bool
) -> None:
    """Run the server of a site."""
    if demo and data is None and not os.environ.get("TURNERO_DATA"):
        from turnero.server.demo.bounds import default_folder

        data = default_folder()
    settings = settings_from(data, host=host, port=port)
    from turnero.server.starting import start

    sys.exit(start(settings, demo=demo, browser=not no_browser))


for command in (
    accounts.token,
    accounts.user,
    sites.site,
    sites.report,
    upkeep.setup,
    upkeep.doctor,
    upkeep.verify,
    upkeep.backup,
    upkeep.restore,
    measuring.replay,
    measuring.bench,
    device.device,
    devices.printer,
    signs.sign,
    voice.voice,
    vault.vault,
    messages.messages,
    planning.simulate,
    waits.waits,
    planning.what_if,
):
    main.add_command(command)
