"""Messages to people's telephones and to technicians."""

from pathlib import Path

import rich_click as click

from turnero.cli.plainly import data_folder, plainly, settings_from


@click.group()
def messages() -> None:
    """Messages to people's telephones and to technicians."""


@messages.command("key")
@data_folder
@plainly
def messages_key(data: Path | None) -> None:
    """Print the key under which requests to a gateway are signed: 64 hexadecimal digits."""
    from turnero.store.keys import load_key
    from turnero.telephony.messages.ways import KEY

    click.echo(load_key(settings_from(data).data, KEY).hex())
