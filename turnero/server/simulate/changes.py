"""A change of who works when ("09:00-11:00 +1", one desk more from nine to eleven) or is next.

Pure: a script in, the changed script out, and which desk it was about.
"""

import re
from typing import Final, Literal, NamedTuple

import msgspec

from turnero.queue.numbers import minutes
from turnero.queue.settings import order_of
from turnero.queue.site_file import decode
from turnero.queue.site_out import encode
from turnero.queue.site_shape import DeskPart
from turnero.server.simulate.rehearsal import Wait
from turnero.server.simulate.script import Script, Span
from turnero.store.errors import TurneroError

_WRITTEN: Final = re.compile(r"(\d\d:\d\d)\s*-\s*(\d\d:\d\d)\s*([+-])\s*(\d{1,2})")
#: people without whom a mean says nothing
_FEWEST: Final = 5
#: desks more at once
_MOST: Final = 20


class ChangeError(TurneroError):
    """The change cannot be made; the message says why.

    `code`: change-unreadable | desk-unknown | nobody-then | few-desks | rule-same.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


#: who is next: a site's `settings.order`, but for the profile's own
Rule = Literal["strict", "accumulating", "share"]


class Change(msgspec.Struct, frozen=True):
    """So many desks more, or fewer, for some hours."""

    span: Span
    #: less than 0: fewer
    desks: int
    #: key of the desk that is opened, doubled or closed; None: the one that helps or matters most
    desk: str | None = None


class Changed(NamedTuple):
    """The script with a change, and the key of the desk that was closed, opened or doubled."""

    script: Script
    desk: str


def parse(text: str, desk: str | None = None) -> Change:
    """Read "09:00-11:00 +1". Raises `ChangeError`."""
    found = _WRITTEN.fullmatch(text.strip())
    try:
        if found is None:
            raise ValueError(text)
        span = Span(minutes(found[1]), minutes(found[2]))
    except ValueError:
        raise ChangeError(
            "change-unreadable", f'{text!r} is no change: write it as "09:00-11:00 +1"'
        ) from None
    n = int(found[4])
    if span.start >= span.end or not 1 <= n <= _MOST:
        raise ChangeError(
            "change-unreadable",
            f"{text!r} changes nothing: the hours must end after they begin, and the desks be 1 to {_MOST}",
        )
    return Change(span, n if found[3] == "+" else -n, desk)


def apply(script: Script, change: Change, waits: tuple[Wait, ...] = ()) -> Changed:
    """Make the change. `waits`: what people waited, to choose the desk by, where none is named."""
    file = decode(script.site)
    desks = {one.key: one for one in file.desk}
    if change.desk is not None and change.desk not in desks:
        raise ChangeError(
            "desk-unknown", f"there is no desk {change.desk!r}; there are: {', '.join(desks)}"
        )
    if change.desks < 0:
        return _fewer(script, change)
    chosen = desks[change.desk or _most_wanted(desks, change.span, waits)]
    shifts = dict(script.shifts)
    parts = list(file.desk)
    left = change.desks
    if change.desk is not None and not any(
        span.overlap(change.span) for span in shifts.get(chosen.key, ())
    ):
        shifts[chosen.key] = _in_order((*shifts.get(chosen.key, ()), change.span))
        left -= 1
    for n in range(1, left + 1):
        key = _free_key(chosen.key, desks)
        twin = msgspec.structs.replace(chosen, key=key, name=f"{chosen.name} +{n}", planned={})
        desks[key] = twin
        parts.append(twin)
        shifts[key] = (change.span,)
    text = encode(msgspec.structs.replace(file, desk=tuple(parts)))
    changed = msgspec.structs.replace(script, site=text, shifts=shifts)
    return Changed(changed, chosen.key)


def ruled(script: Script, rule: Rule) -> Script:
    """The same day at a site that calls by that rule. Raises `ChangeError` where it does already."""
    file = decode(script.site)
    now = order_of(msgspec.json.encode(file.site.settings).decode(), file.site.profile)
    if now.rule == rule:
        raise ChangeError("rule-same", f"this site calls by the rule {rule!r} already")
    settings = msgspec.structs.replace(file.site.settings, order=rule)
    site = msgspec.structs.replace(file.site, settings=settings)
    return msgspec.structs.replace(script, site=encode(msgspec.structs.replace(file, site=site)))


def _fewer(script: Script, change: Change) -> Changed:
    open_then = [
        key
        for key, spans in script.shifts.items()
        if any(span.overlap(change.span) for span in spans)
    ]
    if change.desk is not None and change.desk not in open_then:
        raise ChangeError("nobody-then", f"nobody works at desk {change.desk!r} in those hours")
    # Without a name: those that worked least in these hours, so that the others feel it least.
    least = sorted(
        open_then,
        key=lambda key: (
            key != change.desk,
            sum(span.overlap(change.span) for span in script.shifts[key]),
            key,
        ),
    )
    gone = least[: -change.desks]
    if len(gone) < -change.desks:
        raise ChangeError("few-desks", f"only {len(open_then)} desks work in those hours")
    shifts = {
        key: tuple(
            part
            for span in spans
            for part in (span.without(change.span) if key in gone else (span,))
        )
        for key, spans in script.shifts.items()
    }
    changed = msgspec.structs.replace(
        script, shifts={key: spans for key, spans in shifts.items() if spans}
    )
    return Changed(changed, gone[0])


def _most_wanted(desks: dict[str, DeskPart], span: Span, waits: tuple[Wait, ...]) -> str:
    """The desk that is for those who waited longest in these hours, on average."""
    waited: dict[str, list[float]] = {}
    for wait in waits:
        if span.start <= wait.minute < span.end:
            waited.setdefault(wait.service, []).append(wait.waited)

    def helps(key: str) -> float:
        mine = [wait for service in desks[key].primary for wait in waited.get(service, ())]
        return sum(mine) / len(mine) if len(mine) >= _FEWEST else 0.0

    if not desks:
        raise ChangeError("desk-unknown", "the site has no desk to take as a pattern")
    return max(desks, key=helps)


def _free_key(key: str, taken: dict[str, DeskPart]) -> str:
    n = 1
    while f"{key[:34]}-more{n}" in taken:
        n += 1
    return f"{key[:34]}-more{n}"


def _in_order(spans: tuple[Span, ...]) -> tuple[Span, ...]:
    return tuple(sorted(spans, key=lambda one: one.start))
