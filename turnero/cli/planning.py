"""Planning: a day played ahead of time."""

import sys
from pathlib import Path

import rich_click as click

from turnero.cli.plainly import WRONG, plainly


@click.command()
@click.option("--seed", type=int, default=1, help="Which day: the same seed, the same journal.")
@click.option("--out", type=click.Path(path_type=Path), help="Keep the data in this new folder.")
@click.option("--json", "as_json", is_flag=True, help="As JSON, with the day's report.")
@plainly
def simulate(seed: int, out: Path | None, *, as_json: bool) -> None:
    """Play a whole hospital day in seconds; ends with 1 if its journal or report do not hold."""
    from turnero.server.simulate import run, told

    found = run(seed, out)
    click.echo(told(found, as_json=as_json))
    sys.exit(0 if found.whole and found.same_report else WRONG)
