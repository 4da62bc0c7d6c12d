"""What a rehearsal found, for a terminal: overload first, a table of waits, the hours as bars."""

from collections.abc import Sequence
from io import StringIO
from textwrap import wrap
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from turnero.queue.numbers import clock
from turnero.server.simulate.capacity import Load
from turnero.server.simulate.figures import Figures, HourWaits, Interval, Waits
from turnero.server.simulate.script import HOUR
from turnero.server.simulate.what_if import Found, Halves

_WIDTH: Final = 80
_BAR: Final = 48
#: refusals that a scenario or a day of the journal can bring about, in words
_REFUSED: Final = dict.fromkeys(
    ("service-closed", "service-closed-until"),
    "came when their service was closed and got no ticket",
)


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
    days = "1 day" if found.seeds == 1 else f"{found.seeds} days"
    lines = [f"{title}: {days} played, {found.commands} commands"]
    lines += [line for one in loads for line in _wrapped(_load(one))]
    if found.all is None:
        lines.append("nobody came in")
    else:
        lines += ["", _table(found.waits), *_sure(found), "", *_bars(found.hours)]
    return "\n".join([*lines, *_ends(found)])


def what_if(found: Found) -> str:
    """The answer in words, then the hours beside each other and both tables."""
    what = _what(found)
    lines = [f"{found.day}: {what}; {found.people} people, played {found.seeds} times"]
    if found.out:
        lines.append(f"{found.out} people of that day are left out: they stood in no line")
    served = ", ".join(found.services)
    for whose, halves in (
        (f"of those who came for {served} in these hours", found.within),
        (f"of those who came for {served} on that day", found.theirs),
        ("of everybody", found.all),
        *((f"of everybody of class {key}", one) for key, one in found.classes.items()),
    ):
        if halves is not None:
            lines.append(f"Half {whose} {_half(halves)}")
    lines = [part for line in lines for part in _wrapped(line)]
    lines += ["", _both(found.hours_before, found.hours_after), ""]
    lines += ["As it was:", _table(found.before.waits), *_ends(found.before), ""]
    lines += ["With the change:", _table(found.after.waits), *_ends(found.after)]
    return "\n".join([*lines, *_sure(found.before)])


def _what(found: Found) -> str:
    """The change in words."""
    parts = [] if found.rule is None else [f"next by the rule {found.rule!r}"]
    if found.change is not None:
        more, n = found.change.desks > 0, abs(found.change.desks)
        hours = f"{clock(int(found.change.span.start))} to {clock(int(found.change.span.end))}"
        like = f"like {found.name}" if more else f"first {found.name}"
        parts.append(
            f"{n} desk{'s' if n > 1 else ''} {'more' if more else 'fewer'} from {hours}"
            f" ({like}: {', '.join(found.services)})"
        )
    return " and ".join(parts)


def _half(halves: Halves) -> str:
    after, before = _with(halves.after), _with(halves.before)
    if halves.told:
        than = "less" if halves.less.mid > 0 else "more"
        said = f"would have waited {after} min instead of {before}: {_with(halves.less)} {than}"
    elif round(halves.after.mid) == round(halves.before.mid):
        said = f"would have waited the same, as far as can be told: {before} min"
    else:
        said = f"would perhaps have waited {after} min instead of {before}: that may be chance"
    real = "" if halves.real is None else f" (really: {halves.real:g})"
    return f"{said}{real}."


def _load(one: Load) -> str:
    when = f"{clock(one.hour * HOUR)} to {clock((one.hour + 1) * HOUR)}"
    who = ", ".join(one.services)
    desks = f"{one.desks} desk{'s' if one.desks != 1 else ''}"
    if one.too_much:
        part = f" ({one.too_much / one.time:.0%})" if one.time else ""
        return (
            f"! {when}: MORE WORK THAN DESKS: {who}: {one.work:g} minutes of work come and"
            f" {desks} can do {one.time:g}: {one.too_much:.0f} too many{part}"
        )
    settled = "" if one.settled is None else f"; if it stayed so, {one.settled:.0f} min"
    return (
        f"- {when}: nearly full: {who}: {one.work / one.time:.0%} of the time of {desks}{settled}"
    )


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
    was = {one.hour: one.median for one in before}
    would = {one.hour: one.median for one in after}
    most = max((*was.values(), *would.values()), default=0) or 1
    lines = ["minutes that half waited, by the hour in which they came: as it was ░, changed █"]
    for hour in sorted(was | would):
        for head, block, minutes in (
            (clock(hour * HOUR), "░", was.get(hour, 0.0)),
            ("", "█", would.get(hour, 0.0)),
        ):
            lines.append(f"{head:5} {block * round(_BAR * minutes / most)} {minutes:.0f}")
    return "\n".join(lines)


def _ends(found: Figures) -> list[str]:
    lines = [
        f"never called: {n:g} a day for {key}; until the day's end they count as waiting"
        for key, n in found.left.items()
    ]
    lines += [f"{_REFUSED.get(code, code)}: {n:g} a day" for code, n in found.refused.items()]
    return [part for line in lines for part in _wrapped(line)]


def _sure(found: Figures) -> list[str]:
    return ["± is the 95 % interval over the days played"] if found.seeds > 1 else []


def _with(one: Interval) -> str:
    """A figure, without its sign, with its interval."""
    if one.high is None:
        return f"{abs(one.mid):.1f}"
    return f"{abs(one.mid):.1f} ±{one.high - one.mid:.1f}"


def _wrapped(line: str) -> list[str]:
    return wrap(line, _WIDTH, subsequent_indent="  ", break_long_words=False)


def _drawn(table: Table) -> str:
    out = StringIO()
    Console(file=out, width=_WIDTH, no_color=True, highlight=False).print(table)
    return "\n".join(line.rstrip() for line in out.getvalue().rstrip().splitlines())
