"""A recorded day played with and without a change: what people would have waited.

`ask` takes all it needs as data, so that it can run in a process of its own (worker.py).
"""

from collections.abc import Callable
from typing import Final

import msgspec

from turnero.queue.site_file import decode
from turnero.server.simulate import changes, figures
from turnero.server.simulate.changes import Change, Rule
from turnero.server.simulate.figures import Figures, HourWaits, Interval, Whose
from turnero.server.simulate.many import rehearse
from turnero.server.simulate.recorded import Recorded
from turnero.server.simulate.rehearsal import Played

#: seeds unless more are asked for
SEEDS: Final = 12


class Question(msgspec.Struct, frozen=True):
    """What is asked."""

    day: Recorded
    #: of who works when
    change: Change | None
    seeds: int = SEEDS
    #: of who is next
    rule: Rule | None = None


class Halves(msgspec.Struct, frozen=True):
    """What half of some people waited at most, minutes: really, played again, and with the change.

    Who was never called counts with the time until the day's end.
    """

    real: float | None
    before: Interval
    after: Interval
    #: by how much less, seed by seed
    less: Interval

    @property
    def told(self) -> bool:
        """Whether the difference is more than chance."""
        low, high = self.less.low, self.less.high
        return low is not None and high is not None and (low > 0 or high < 0)


class Found(msgspec.Struct, frozen=True):
    """The answer."""

    day: str
    change: Change | None
    rule: Rule | None
    #: key and name of the desk that was closed, opened or taken as a pattern; "": none was
    desk: str
    name: str
    seeds: int
    people: int
    #: people of the day who stood in no line
    out: int
    #: services that this desk is for
    services: tuple[str, ...]
    #: who came to those services, at any time and within the hours; and everybody. None: nobody
    theirs: Halves | None
    within: Halves | None
    all: Halves | None
    #: class → its people at all services, where the rule is another
    classes: dict[str, Halves]
    #: of those services (of all, where no desk changed), by the hour in which people came
    hours_before: tuple[HourWaits, ...]
    hours_after: tuple[HourWaits, ...]
    before: Figures
    after: Figures


def ask(
    question: Question,
    *,
    jobs: int | None = None,
    advance: Callable[[], object] = lambda: None,
) -> Found:
    """Play the day both ways over the same seeds. Raises `ChangeError`."""
    day, change, rule = question.day, question.change, question.rule
    script, key = day.script, ""
    if change is not None:
        script, key = changes.apply(script, change, day.waits)
    if rule is not None:
        script = changes.ruled(script, rule)
    seeds = range(1, question.seeds + 1)
    before, after = rehearse([day.script, script], seeds, jobs=jobs, advance=advance)
    desk = next((one for one in decode(day.script.site).desk if one.key == key), None)
    mine = None if desk is None else frozenset(desk.primary)
    classes = sorted({wait.attention for one in before for wait in one.waits})

    def halves(whose: Whose) -> Halves | None:
        return _halves(day, before, after, whose)

    return Found(
        day=day.script.day,
        change=change,
        rule=rule,
        desk=key,
        name="" if desk is None else desk.name,
        seeds=question.seeds,
        people=len(day.script.people),
        out=day.out,
        services=() if desk is None else desk.primary,
        theirs=None if desk is None else halves(Whose(mine)),
        within=None if change is None else halves(Whose(mine, change.span)),
        all=halves(Whose()),
        classes={
            key: found
            for key in classes
            if rule is not None and (found := halves(Whose(attention=key))) is not None
        },
        hours_before=figures.hours(before, Whose(mine)),
        hours_after=figures.hours(after, Whose(mine)),
        before=figures.figures(before),
        after=figures.figures(after),
    )


def _halves(
    day: Recorded, before: list[Played], after: list[Played], whose: Whose
) -> Halves | None:
    was, would = figures.half_of(before, whose), figures.half_of(after, whose)
    less = figures.difference(before, after, whose)
    if was is None or would is None or less is None:
        return None
    real = whose.sorted(day.waits)
    return Halves(round(figures.quantile(real, 0.5), 1) if real else None, was, would, less)
