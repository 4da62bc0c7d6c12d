"""Planning: a day played ahead of time, and a day that was, played again with a change."""

import sys
from pathlib import Path
from typing import Any, Final

import rich_click as click

from turnero.cli.plainly import FILE, WRONG, data_folder, plainly, settings_from

RULES: Final = ("strict", "accumulating", "share")


@click.command()
@click.argument("scenario", type=FILE, required=False)
@click.option("--seeds", type=click.IntRange(1, 1000), help="Days to play (else the scenario's).")
@click.option("--seed", type=click.IntRange(0), help="Without SCENARIO: which day (1).")
@click.option(
    "--out", type=click.Path(path_type=Path), help="Without SCENARIO: keep the data here."
)
@click.option("--jobs", type=click.IntRange(1), help="Processes (default: one a processor).")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@data_folder
@plainly
def simulate(
    scenario: Path | None,
    seeds: int | None,
    seed: int | None,
    out: Path | None,
    jobs: int | None,
    data: Path | None,
    *,
    as_json: bool,
) -> None:
    """Play the days of SCENARIO (TOML) by the real rules: what people would wait, by class.

    Without SCENARIO a whole hospital day of our own; ends with 1 if its journal does not hold.
    """
    if scenario is None and (seeds or jobs):
        raise click.UsageError("--seeds and --jobs are for a SCENARIO")
    if scenario is not None and (seed is not None or out is not None):
        raise click.UsageError("--seed and --out are for the day without a SCENARIO")
    if scenario is not None:
        from turnero.server.simulate.acts import play_scenario

        text = play_scenario(
            scenario, lambda: settings_from(data), seeds=seeds, jobs=jobs, as_json=as_json
        )
        return click.echo(text)
    from turnero.server.simulate import run, told

    found = run(1 if seed is None else seed, out)
    click.echo(told(found, as_json=as_json))
    sys.exit(0 if found.whole and found.same_report else WRONG)


@click.command("what-if")
@click.option("--day", required=True, help="A closed day of the journal (YYYY-MM-DD).")
@click.option("--site", "key", help="Key of the site (default: the only one).")
@click.option("--desks", help='Who works when, such as "09:00-11:00 +1".')
@click.option("--desk", help="Key of the desk that is opened, doubled or closed.")
@click.option("--rule", type=click.Choice(RULES), help="Who is next, instead of the site's rule.")
@click.option("--seeds", type=click.IntRange(2, 1000), default=12, help="Days to play (12).")
@click.option("--jobs", type=click.IntRange(1), help="Processes (default: one a processor).")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@data_folder
@plainly
def what_if(
    day: str,
    key: str | None,
    seeds: int,
    jobs: int | None,
    data: Path | None,
    *,
    as_json: bool,
    **asked: Any,
) -> None:
    """Play a closed day again, with other desks or another rule: what people would have waited."""
    desks, desk, rule = asked["desks"], asked["desk"], asked["rule"]
    if desks is None and (rule is None or desk is not None):
        raise click.UsageError("say what changes: --desks, --rule or both")
    from turnero.server.simulate.acts import play_again
    from turnero.server.simulate.changes import parse

    change = None if desks is None else parse(desks, desk)
    settings = settings_from(data)
    text = play_again(
        settings, key, day, change=change, rule=rule, seeds=seeds, jobs=jobs, as_json=as_json
    )
    click.echo(text)
