"""The box beside the hardware: `turnero device`, and what is installed for it."""

import sys
from pathlib import Path

import rich_click as click

from turnero.cli import installing
from turnero.cli.plainly import data_folder, fail, plainly


@click.group(invoke_without_command=True)
@data_folder
@click.option(
    "--server",
    envvar="TURNERO_SERVER",
    help="Where the server answers, such as https://turnos.example.org.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    help="Port of its own pages on this machine (default 8410; 0: any free one).",
)
@click.option(
    "--ping",
    envvar="TURNERO_PING",
    help="Asked once a minute while all is well, for an alarm from outside.",
)
@click.option(
    "--alarm",
    envvar="TURNERO_ALARM",
    default="",
    help="Told when the server is away or a printer prints nothing: https://… or smtp://…",
)
@click.option(
    "--alarm-to", envvar="TURNERO_ALARM_TO", default="", help="Whom: a number or an e-mail address."
)
@click.option("--alarm-from", envvar="TURNERO_ALARM_FROM", default="", help="Who e-mails are from.")
@click.pass_context
@plainly
def device(
    context: click.Context,
    *,
    data: Path | None,
    server: str | None,
    port: int | None,
    ping: str | None,
    alarm: str,
    alarm_to: str,
    alarm_from: str,
) -> None:
    """Run the box beside the hardware: printers, signs and the kiosk's pages of a server elsewhere.

    At its first start it shows a code, by which an administrator lets it in. The server's address
    is kept: later starts need no --server.
    """
    if context.invoked_subcommand is not None:
        return
    from turnero.device.settings import WrongSettingsError, alarm_of, folder_of, settings_of

    try:
        told = alarm_of(alarm, alarm_to, alarm_from)
        settings = settings_of(folder_of(data), server, port, ping, told)
    except WrongSettingsError as error:
        fail(str(error), 2)
    from turnero.device.life import start

    sys.exit(start(settings))


for command in (installing.install, installing.screens):
    device.add_command(command)
