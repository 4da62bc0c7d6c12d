"""An evaluation as tables for a terminal."""

from rich.box import SIMPLE
from rich.console import Console, Group
from rich.table import Table

from turnero.server.evaluate.figures import Evaluation, Figures


def tell(found: Evaluation, title: str) -> None:
    """Print it."""
    tables = [_whole(found, title)]
    if found.offices:
        tables.append(_offices(found, found.offices))
    Console().print(Group(*tables))


def _whole(found: Evaluation, title: str) -> Table:
    table = Table(
        title=f"{title}: {found.rows} rows, minutes",
        box=SIMPLE,
        padding=(0, 0, 0, 1),
        title_justify="left",
    )
    table.add_column("", no_wrap=True)
    for heading in ("mean", "median", "bias", "inside", "width"):
        table.add_column(heading, justify="right", no_wrap=True)
    named = (
        ("turnero", found.turnero),
        ("last wait (LES)", found.les),
        ("installed system", found.vendor),
    )
    for name, figures in named:
        table.add_row(name, *_cells(figures))
    return table


def _offices(whole: Evaluation, offices: dict[str, Evaluation]) -> Table:
    table = Table(
        title="Each office, by what the others taught",
        box=SIMPLE,
        padding=(0, 0, 0, 1),
        title_justify="left",
    )
    table.add_column("office", no_wrap=True)
    for heading in (
        "rows",
        "mean",
        "median",
        "bias",
        "inside",
        "width",
        "LES",
        "system",
    ):
        table.add_column(heading, justify="right", no_wrap=True)
    for name, one in (*offices.items(), ("all", whole)):
        if name == "all":
            table.add_section()
        table.add_row(
            name,
            str(one.rows),
            *_cells(one.turnero),
            _minutes(one.les.mae_minutes),
            _minutes(one.vendor.mae_minutes),
        )
    return table


def _cells(figures: Figures) -> tuple[str, ...]:
    return (
        _minutes(figures.mae_minutes),
        _minutes(figures.median_minutes),
        _minutes(figures.bias_minutes),
        "–" if figures.coverage_80 is None else f"{figures.coverage_80:.1%}",
        _minutes(figures.mean_width_minutes),
    )


def _minutes(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}"
