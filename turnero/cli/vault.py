"""The keys of what is personal."""

from pathlib import Path

import rich_click as click

from turnero.cli.plainly import act, data_folder, fail

#: a large installation is sealed anew in minutes; the server goes on meanwhile
_LONG_S = 3600.0


@click.group()
def vault() -> None:
    """Keys that seal telephone numbers and addresses."""


@vault.command("rotate")
@data_folder
def vault_rotate(data: Path | None) -> None:
    """Seal everything with a new key and put the old one aside, also while the server runs.

    A run that was cut off is gone on with by running it again.
    """
    done = act(data, "vault-rotate", timeout_s=_LONG_S)
    click.echo(f"{done['rows']} rows are sealed with the key {done['key']}", err=True)
    click.echo("copy the folder keys anew to where you keep it: the last copy lacks it", err=True)
    for key in done["retired"]:
        click.echo(
            f"the key {key} is in keys/retired: keep it as long as a backup from before may be "
            "brought back, then destroy it",
            err=True,
        )
    if done["lost"]:
        said = ", ".join(f"{count} of {name}" for name, count in sorted(done["lost"].items()))
        fail(f"these rows could not be opened and their key was kept: {said}; see `turnero doctor`")
