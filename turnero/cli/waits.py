"""How good the estimate of waits is, and the making of what it starts from."""

from pathlib import Path

import rich_click as click

from turnero.cli.plainly import FILE, plainly


@click.group()
def waits() -> None:
    """How long it takes: judge the estimate on recorded days, and learn from them."""


@waits.command()
@click.argument("file", type=FILE)
@click.option(
    "--leave-one-out", is_flag=True, help="Judge each office by what the others teach (minutes)."
)
@click.option("--prior", type=FILE, help="Judge with this instead of what is shipped.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@plainly
def evaluate(file: Path, prior: Path | None, *, leave_one_out: bool, as_json: bool) -> None:
    """Run the estimate over the recorded days of FILE, row by row as it would have run then.

    Beside it the installed system's figure and the wait of the last one called, on the same rows.
    """
    if leave_one_out and prior is not None:
        raise click.UsageError("--leave-one-out learns its own; leave --prior away")
    from turnero.server import evaluate as evaluating

    found = evaluating.leave_one_out(file) if leave_one_out else evaluating.evaluate(file, prior)
    click.echo(f"{evaluating.cost_ms(file):.2f} ms a forecast", err=True)
    if as_json:
        import msgspec

        return click.echo(msgspec.json.format(msgspec.json.encode(found)).decode())
    from turnero.server.evaluate.telling import tell

    return tell(found, file.name)


@waits.command()
@click.argument("file", type=FILE)
@click.option(
    "--out", type=FILE, required=True, help="Write it here; the same FILE, the same bytes."
)
@plainly
def learn(file: Path, out: Path) -> None:
    """Make the prior of the estimate anew from the recorded days of FILE (needs turnero[learn])."""
    from turnero.server.evaluate import learn as learning

    examples, size = learning(file, out)
    click.echo(f"{out}: from {examples} waits, {size / 1024:.0f} KiB", err=True)
