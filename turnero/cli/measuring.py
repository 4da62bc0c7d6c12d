"""Measuring: a recorded day played again, and the bench."""

import sys
from pathlib import Path
from typing import Any

import rich_click as click

from turnero.cli.plainly import FILE, plainly


@click.command()
@click.argument("file", type=FILE)
@click.option("--office", required=True, help="Whose day; an unknown one lists those there are.")
@click.option("--day", required=True, help="Which day, as the file names it.")
@click.option("--url", help="Address of the running server.")
@click.option("--token", "secret", envvar="TURNERO_TOKEN", help="Of a desk (or TURNERO_TOKEN).")
@click.option("--speed", type=float, default=600, help="Times the trace's own (600); 0: at once.")
@click.option("--site-toml", type=FILE, help="Only write the site to load first, here.")
@click.option("--json", "as_json", is_flag=True, help="The report as JSON.")
@plainly
def replay(
    file: Path, office: str, day: str, site_toml: Path | None, url: str | None, **words: Any
) -> None:
    """Play a recorded day of FILE against a running server; ends with 1 if anything disagrees.

    First write its site with --site-toml and load it with `turnero site load`.
    """
    from turnero.server.replay import run, write_site

    if site_toml is not None:
        plan = write_site(file, office, day, site_toml)
        return click.echo(f"{site_toml}: site {plan.site}, {plan.people} people", err=True)
    sys.exit(run(file, office, day, url=url, token=words.pop("secret"), **words))


@click.command()
@click.option("--quick", is_flag=True, help="Half a minute instead of a few: rough figures.")
@click.option("--json", "as_json", is_flag=True, help="JSON only, without the table on stderr.")
@plainly
def bench(*, quick: bool, as_json: bool) -> None:
    """Measure this machine on a server of its own; prints JSON, and a table on stderr."""
    from turnero.server.bench import run

    sys.exit(run(quick=quick, with_table=not as_json))
