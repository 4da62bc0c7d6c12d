"""`turnero voice check`: looks at a recorded voice before it is put into a data folder."""

from pathlib import Path

import rich_click as click

from turnero.cli.plainly import WRONG, fail, plainly

#: of what is lacking, so many are named
_NAMED = 12


@click.group()
def voice() -> None:
    """Recorded voices."""


@voice.command("check")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@plainly
def voice_check(path: Path) -> None:
    """Look at a folder or zip of recorded fragments: what is wrong with it, or what it still lacks."""
    from turnero.display.voice.fragments import FragmentError, load, missing

    try:
        found = load(path)
    except FragmentError as wrong:
        fail(str(wrong), WRONG)
    lacks = missing(found)
    click.echo(
        f"{len(found.phrases)} fragments in {found.language}, chime: {found.chime or 'our own'}"
    )
    if lacks:
        named = ", ".join(lacks[:_NAMED]) + (" …" if len(lacks) > _NAMED else "")
        click.echo(f"{len(lacks)} usual ones lack; sentences with them are synthetic: {named}")
