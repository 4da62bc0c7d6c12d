"""What one board shows in turn: the site's content as slides, each in its languages, and when.

Pure. Which slide comes now is decided where it is shown (static/content.js), so that it goes on while
the server is away: windows are moments, for some days ahead.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import date, timedelta
from typing import Final

import msgspec

from turnero.display.content import rights
from turnero.queue.hours import WEEKDAYS
from turnero.queue.numbers import MIDNIGHT, at_ms, local
from turnero.queue.site_rules import spans
from turnero.queue.site_shape import ContentPart
from turnero.web.languages import Translator
from turnero.web.look import Look

#: days for which a board knows when to show what, without a server
AHEAD: Final = 8
#: (longest text, class): how large a notice may be written so that it fits its place
_FITS: Final = ((45, "s"), (85, "m"), (140, "l"))

#: gives the translator of a language
Say = Callable[[str], Translator]


class Slide(msgspec.Struct, frozen=True):
    """What stands on the board at one time."""

    #: BCP 47
    tag: str
    head: str = ""
    text: str = ""
    #: class of size for the text
    fit: str = ""
    #: the law that says it; ""
    law: str = ""
    #: digest of a picture; ""
    picture: str = ""
    alt: str = ""


class Item(msgspec.Struct, frozen=True):
    """One of the things that take turns; each time it comes it shows its next slide."""

    key: str
    sort: str
    seconds: int
    #: it is always shown
    always: bool
    #: when else, ms UTC: [from, until)
    windows: tuple[tuple[int, int], ...]
    slides: tuple[Slide, ...]


class Place(msgspec.Struct, frozen=True):
    """The board that shows it."""

    #: "" for one that is nobody's
    board: str
    zone: str
    #: its own language first
    languages: tuple[str, ...]


def turns(
    parts: Sequence[ContentPart],
    pictures: Collection[str],
    place: Place,
    look: Look,
    say: Say,
    now_ms: int,
) -> tuple[Item, ...]:
    """What takes turns on a board, in the site's order. `pictures`: digests of those that there are."""
    found = []
    for part in parts:
        here = not part.zones or place.zone in part.zones
        if not here or (part.boards and place.board not in part.boards):
            continue
        slides = tuple(_slides(part, pictures, place, look, say))
        windows = _windows(part, look.zone, now_ms)
        if slides and windows != ():
            found.append(
                Item(part.key, part.sort, part.seconds, windows is None, windows or (), slides)
            )
    return tuple(found)


def _slides(
    part: ContentPart, pictures: Collection[str], place: Place, look: Look, say: Say
) -> Iterator[Slide]:
    picture = part.picture if part.picture in pictures else None
    first = look.languages[0]
    if part.sort == "rights":
        spoken = [name for name in place.languages if name in rights.LANGUAGES] or ["es"]
        for one in rights.sentences(look.profile):
            for language in spoken:
                words = say(language)
                text = words.gettext(one.text)
                head = words.gettext(rights.DUTY if one.duty else rights.RIGHT)
                yield Slide(words.tag, head, text, fit(text), one.law)
        return
    if part.sort == "picture":
        if picture is not None:
            language = next((name for name in place.languages if name in part.alt), first)
            yield Slide(say(language).tag, picture=picture, alt=part.alt.get(language, ""))
        return
    for language in place.languages:
        if text := part.text.get(language, ""):
            head = part.name.get(language, "")
            alt = part.alt.get(language) or part.alt.get(first, "")
            yield Slide(say(language).tag, head, text, fit(text), "", picture or "", alt)


def fit(text: str) -> str:
    """The class of size of a text."""
    return next((name for longest, name in _FITS if len(text) <= longest), "xl")


def _windows(part: ContentPart, zone: str, now_ms: int) -> tuple[tuple[int, int], ...] | None:
    """When it is shown in the days to come; None always."""
    if not (part.hours or part.since or part.until):
        return None
    hours = spans(part.hours, part.key)
    today = local(now_ms, zone).date()
    found: list[tuple[int, int]] = []
    for ahead in range(AHEAD):
        day = today + timedelta(days=ahead)
        if not _within(part, day):
            continue
        for start, end in hours.get(WEEKDAYS[day.weekday()], ()) if hours else ((0, MIDNIGHT),):
            begins, ends = at_ms(day, start, zone), at_ms(day, end, zone)
            if found and found[-1][1] == begins:
                begins = found.pop()[0]
            found.append((begins, ends))
    return tuple(one for one in found if one[1] > now_ms)


def _within(part: ContentPart, day: date) -> bool:
    text = day.isoformat()
    return (part.since or text) <= text <= (part.until or text)
