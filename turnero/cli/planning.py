"""Planning: a day played ahead of time, and a day that was, played again with a change."""

import sys
from pathlib import Path

import rich_click as click

from turnero.cli.plainly import FILE, WRONG, data_folder, plainly, settings_from


@click.command()
@click.argument("scenario", type=FILE, required=False)
@click.option("--seeds", type=click.IntRange(1, 1000), help="Days to play (else the scenario's).")
@click.option("--seed", type=int, default=1, help="Without SCENARIO: which day.")
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
    seed: int,
    out: Path | None,
    jobs: int | None,
    data: Path | None,
    *,
    as_json: bool,
) -> None:
    """Play the days of SCENARIO (TOML) by the real rules: what people would wait, by class.

    Without SCENARIO a whole hospital day of our own; ends with 1 if its journal does not hold.
    """
    if scenario is not None:
        from turnero.server.simulate.acts import play_scenario

        text = play_scenario(
            scenario, lambda: settings_from(data), seeds=seeds, jobs=jobs, as_json=as_json
        )
        return click.echo(text)
    from turnero.server.simulate import run, told

    found = run(seed, out)
    click.echo(told(found, as_json=as_json))
    sys.exit(0 if found.whole and found.same_report else WRONG)


@click.command("what-if")
@click.option("--day", required=True, help="A closed day of the journal (YYYY-MM-DD).")
@click.option("--site", "key", help="Key of the site (default: the only one).")
@click.option("--desks", required=True, help='The change, such as "09:00-11:00 +1".')
@click.option("--desk", help="Key of the desk that is opened, doubled or closed.")
@click.option("--seeds", type=click.IntRange(2, 1000), default=12, help="Days to play (12).")
@click.option("--jobs", type=click.IntRange(1), help="Processes (default: one a processor).")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@data_folder
@plainly
def what_if(
    day: str,
    key: str | None,
    desks: str,
    desk: str | None,
    seeds: int,
    jobs: int | None,
    data: Path | None,
    *,
    as_json: bool,
) -> None:
    """Play a closed day again, with more or fewer desks: what people would have waited."""
    from turnero.server.simulate.acts import play_again

    settings = settings_from(data)
    text = play_again(
        settings, key, day, desks=desks, desk=desk, seeds=seeds, jobs=jobs, as_json=as_json
    )
    click.echo(text)
