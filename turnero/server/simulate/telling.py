"""What a rehearsal found, for a terminal: overload first, a table of waits, the hours as bars."""

from collections.abc import Iterable, Sequence
from io import StringIO
from itertools import groupby
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from turnero.queue.numbers import clock
from turnero.server.simulate.capacity import Load
from turnero.server.simulate.figures import Figures, HourWaits, Interval, Waits
from turnero.server.simulate.script import HOUR
from turnero.server.simulate.what_if import Found, Halves

_WIDTH: Final = 100
_BAR: Final = 48


def progress() -> Progress:
    """A bar on stderr, where somebody looks."""
    console = Console(stderr=True)
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )


def rehearsal(title: str, found: Figures, loads: Sequence[Load]) -> str:
    """A scenario's figures."""
    lines = [f"{title}: {found.seeds} days played, {found.commands} commands"]
    lines += _loads(loads)
    if found.all is None:
        lines.append("nobody was called")
    else:
        lines += ["", _table(found.waits), "", *_bars(found.hours)]
    return "\n".join([*lines, *_ends(found)])


def what_if(found: Found) -> str:
    """The answer in words, then both tables' heads and the hours beside each other."""
    more = found.change.desks > 0
    n = abs(found.change.desks)
    hours = f"{clock(int(found.change.span.start))} to {clock(int(found.change.span.end))}"
    what = f"{n} desk{'s' if n > 1 else ''} {'more' if more else 'fewer'} from {hours}"
    like = f"like {found.name}" if more else f"first {found.name}"
    served = ", ".join(found.services)
    lines = [f"{found.day}: {what} ({like}: {served}); {found.people} people, {found.seeds} seeds"]
    if found.out:
        lines.append(f"{found.out} people of that day are left out: they stood in no line")
    for whose, halves in (
        (f"of those who came for {served} in these hours", found.within),
        (f"of those who came for {served} on that day", found.theirs),
        ("of everybody", found.all),
    ):
        if halves is not None:
            lines.append(f"Half {whose} {_half(halves)}")
    lines += ["", _both(found.hours_before, found.hours_after), ""]
    lines += ["As it was:", _table(found.before.waits), *_ends(found.before), ""]
    lines += [f"With {what}:", _table(found.after.waits), *_ends(found.after)]
    return "\n".join(lines)


def _half(halves: Halves) -> str:
    after, before = _with(halves.after), _with(halves.before)
    if halves.told:
        said = f"would have waited {after} min instead of {before}: {_with(halves.less)} less"
    elif round(halves.after.mid) == round(halves.before.mid):
        said = f"would have waited the same, as far as can be told: {before} min"
    else:
        said = f"would perhaps have waited {after} min instead of {before}: that may be chance"
    real = "" if halves.real is None else f" (really: {halves.real:g})"
    return f"{said}{real}."


def _loads(loads: Iterable[Load]) -> list[str]:
    """Equal cases of hours that follow each other in one sentence each."""
    lines = []
    for full, some in groupby(loads, key=lambda one: one.too_much > 0):
        for one in some:
            when = f"{clock(one.hour * HOUR)} to {clock((one.hour + 1) * HOUR)}"
            who = ", ".join(one.services)
            desks = f"{one.desks} desk{'s' if one.desks != 1 else ''}"
            if full:
                part = f" ({one.too_much / one.time:.0%})" if one.time else ""
                lines.append(
                    f"! {when}: MORE WORK THAN DESKS: {who}: {one.work:g} minutes of work come and"
                    f" {desks} can do {one.time:g}: {one.too_much:.0f} too many{part}"
                )
            else:
                settled = "" if one.settled is None else f"; if it stayed so, {one.settled:.0f} min"
                lines.append(
                    f"- {when}: nearly full: {who}: {one.work / one.time:.0%} of the time of"
                    f" {desks}{settled}"
                )
    return lines


def _table(waits: Sequence[Waits]) -> str:
    table = Table(box=None, pad_edge=False, title=None)
    table.add_column("service")
    table.add_column("class")
    for head in ("people", "half, min", "nine of ten", "mean"):
        table.add_column(head, justify="right")
    for one in waits:
        table.add_row(
            one.service or "all",
            one.attention or "all",
            f"{one.people:g}",
            _with(one.median),
            _with(one.ninth),
            _with(one.mean),
        )
    return _drawn(table)


def _bars(hours: Sequence[HourWaits]) -> list[str]:
    most = max((one.ninth for one in hours), default=0) or 1
    lines = ["minutes, by the hour in which people came: half █, nine of ten ░"]
    for one in hours:
        half, ninth = round(_BAR * one.median / most), round(_BAR * one.ninth / most)
        bar = "█" * half + "░" * (ninth - half)
        lines.append(f"{clock(one.hour * HOUR)} {bar} {one.median:.0f}, {one.ninth:.0f}")
    return lines


def _both(before: Sequence[HourWaits], after: Sequence[HourWaits]) -> str:
    later = {one.hour: one for one in after}
    most = max((one.median for one in (*before, *after)), default=0) or 1
    lines = ["minutes that half waited, by the hour in which they came: as it was ░, changed █"]
    for one in before:
        other = later.get(one.hour)
        changed = other.median if other is not None else 0.0
        lines.append(
            f"{clock(one.hour * HOUR)} {'░' * round(_BAR * one.median / most)} {one.median:.0f}"
        )
        lines.append(f"      {'█' * round(_BAR * changed / most)} {changed:.0f}")
    return "\n".join(lines)


def _ends(found: Figures) -> list[str]:
    lines = [f"never called: {n:g} a day for {key}" for key, n in found.left.items()]
    return lines + [f"refused: {code}, {n:g} a day" for code, n in found.refused.items()]


def _with(one: Interval) -> str:
    """A figure with its interval."""
    if one.low is None or one.high is None:
        return f"{one.mid:.1f}"
    return f"{one.mid:.1f} ({one.low:.1f} to {one.high:.1f})"


def _drawn(table: Table) -> str:
    out = StringIO()
    Console(file=out, width=_WIDTH, no_color=True, highlight=False).print(table)
    return "\n".join(line.rstrip() for line in out.getvalue().rstrip().splitlines())
