"""An installation: its first link, its health, its journals, its copies."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from turnero.cli.plainly import FILE, WRONG, act, data_folder, fail, plainly, settings_from

if TYPE_CHECKING:
    from turnero.server.doctor_devices import Finding


@click.command()
@data_folder
def setup(data: Path | None) -> None:
    """Show a new set-up link while there is no administrator yet."""
    done = act(data, "setup-begin")
    if done["secret"] is None:
        fail("there is an administrator already: sign in, or use `turnero user password`")
    click.echo(f"{done['here']}/setup#{done['secret']}")


@click.command()
@data_folder
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@plainly
def doctor(*, data: Path | None, as_json: bool) -> None:
    """Look for what is wrong with this installation; ends with 1 when something is."""
    settings = settings_from(data)
    from turnero.server.doctor import examine, show

    findings = [*examine(settings), *_of_box(settings.data)]
    sys.exit(show(findings, as_json=as_json))


def _of_box(folder: Path) -> "list[Finding]":
    """What there is to say of a box, where the folder is one's."""
    from turnero.device.settings import is_box, settings_of

    if not is_box(folder):
        return []
    from turnero.device.doctor import examine
    from turnero.server.doctor_devices import Finding

    found = examine(settings_of(folder, None))
    return [Finding(one.what, one.state, one.said, one.todo) for one in found]


@click.command()
@data_folder
@plainly
def verify(data: Path | None) -> None:
    """Check every link of the journals' chains."""
    settings = settings_from(data)
    from turnero.server.upkeep import verify_journals

    for verdict in verify_journals(settings):
        state = (
            "holds"
            if verdict.broken_at is None
            else f"does not hold at {verdict.broken_at}: {verdict.why}"
        )
        click.echo(f"site {verdict.site}: {verdict.facts} facts, the chain {state}")
        if verdict.broken_at is not None:
            sys.exit(WRONG)


@click.command()
@click.argument("file", type=FILE)
@data_folder
@plainly
def backup(file: Path, data: Path | None) -> None:
    """Copy the database to FILE, also while the server runs. Keys are not in it."""
    settings = settings_from(data)
    from turnero.server.upkeep import make_backup

    click.echo(make_backup(settings, file), err=True)


@click.command()
@click.argument("file", type=FILE)
@data_folder
@plainly
def restore(file: Path, data: Path | None) -> None:
    """Put the backup FILE in the database's place; stop the server first.

    What was there is kept beside it.
    """
    settings = settings_from(data)
    from turnero.server.upkeep import bring_back

    click.echo(bring_back(settings, file), err=True)
