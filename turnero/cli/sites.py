"""Sites in and out as files, and the report of a day."""

import sys
from pathlib import Path

import rich_click as click

from turnero.cli.plainly import FILE, WRONG, act, data_folder, plainly, settings_from, told


@click.group()
def site() -> None:
    """Sites: their services, desks, kiosks and boards."""


@site.command("load")
@click.argument("file", type=FILE)
@data_folder
def site_load(file: Path, data: Path | None) -> None:
    """Make or change the site that a TOML file describes. Loading it again changes nothing."""
    with told():
        text = file.read_text("utf-8")
    done = act(data, "site-load", text=text)
    said = f"{done['changes']} changes" if done["changes"] else "nothing to change"
    click.echo(f"site {done['site']} (number {done['number']}): {said}", err=True)
    if lacking := done.get("lacking"):
        click.echo(
            f"{_pictures(lacking)} named and not here: upload what lacks under Pictures in the pages",
            err=True,
        )


@site.command("save")
@click.argument("file", type=FILE, required=False)
@click.option("--site", "key", help="Key of the site (default: the only one).")
@data_folder
def site_save(file: Path | None, key: str | None, data: Path | None) -> None:
    """Write a site as the TOML file that would make it: to FILE, or to standard output."""
    done = act(data, "site-save", site=key)
    if named := done.get("pictures"):
        click.echo(
            f"{_pictures(named)} not in it: File, With pictures, in the pages gives both as a zip",
            err=True,
        )
    if file is None:
        click.echo(done["text"], nl=False)
        return
    with told():
        file.write_text(done["text"], "utf-8")
    click.echo(f"site {done['site']} is described in {file}", err=True)


def _pictures(count: int) -> str:
    return "1 picture is" if count == 1 else f"{count} pictures are"


@click.command()
@click.argument("day")
@click.option("--site", "key", help="Key of the site (default: the only one).")
@click.option("--check", is_flag=True, help="Derive it again from the journal alone and compare.")
@data_folder
@plainly
def report(day: str, key: str | None, data: Path | None, *, check: bool) -> None:
    """The report of a closed DAY (YYYY-MM-DD) as JSON, as it was kept."""
    from turnero.server.reporting import checked, kept

    settings = settings_from(data)
    if not check:
        return click.echo(kept(settings, key, day))
    same, words = checked(settings, key, day)
    click.echo(words, err=True)
    sys.exit(0 if same else WRONG)
