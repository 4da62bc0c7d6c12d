"""What one can fill in: how a value of a site's description becomes inputs of a form, and back.

Pure. A field knows its inputs and their names; how they look is templates/fields.html, and which
fields a thing has is sections.py.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Final

import msgspec

from turnero.queue.hours import WEEKDAYS
from turnero.queue.paths import MOST
from turnero.queue.site_shape import SiteFile
from turnero.web.forms import BadForm, Wrong
from turnero.web.languages import LANGUAGES, NAMES, mark

#: name of an input → what was typed or chosen there
Given = Mapping[str, Sequence[str]]
#: attribute of a part → its value
Values = dict[str, Any]
Options = Callable[[SiteFile, Any], list[tuple[str, str]]]

_NUMBER: Final = Wrong(mark("Please write a number."))
_MISSING: Final = Wrong(mark("Please fill this in."))
_MOST_DIGITS: Final = 6

DAYS: Final = {
    "mon": mark("Monday"),
    "tue": mark("Tuesday"),
    "wed": mark("Wednesday"),
    "thu": mark("Thursday"),
    "fri": mark("Friday"),
    "sat": mark("Saturday"),
    "sun": mark("Sunday"),
}


def one(given: Given, name: str) -> str:
    """What was typed in an input; "" where it is not there."""
    typed = given.get(name, ())
    return typed[-1].strip() if typed else ""


def bad(field: str, wrong: Wrong) -> BadForm:
    """A field that cannot be read."""
    return BadForm({field: wrong}, {})


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """A line of text, and the base of the others."""

    kind: ClassVar[str] = "text"

    #: attribute of the part, and the beginning of its inputs' names
    name: str
    #: msgids
    label: str
    hint: str = ""
    required: bool = False
    #: what an empty line means
    empty: str | None = ""
    most: int = 120
    #: of an input of HTML
    type: str = "text"

    def show(self, part: Any) -> dict[str, list[str]]:
        """The inputs as they stand for this part."""
        return {self.name: [str(getattr(part, self.name) or "")]}

    def take(self, given: Given, part: Any | None, file: SiteFile) -> Values:
        """The part's values from what was typed. Raises `BadForm`."""
        typed = one(given, self.name)
        if not typed and self.required:
            raise bad(self.name, _MISSING)
        return {self.name: typed or self.empty}


class Number(Field, frozen=True, kw_only=True):
    """A whole number, or none."""

    kind: ClassVar[str] = "number"

    #: msgid
    unit: str = ""
    #: what an empty line means
    nothing: int | None = None

    def show(self, part: Any) -> dict[str, list[str]]:
        """See `Field.show`."""
        value = getattr(part, self.name)
        return {self.name: ["" if value is None else str(value)]}

    def take(self, given: Given, part: Any | None, file: SiteFile) -> Values:
        """See `Field.take`."""
        typed = one(given, self.name)
        if not typed:
            if self.required:
                raise bad(self.name, _MISSING)
            return {self.name: self.nothing}
        if not typed.isdecimal() or len(typed) > _MOST_DIGITS:
            raise bad(self.name, _NUMBER)
        return {self.name: int(typed)}


class Flag(Field, frozen=True, kw_only=True):
    """Yes or no."""

    kind: ClassVar[str] = "flag"

    def show(self, part: Any) -> dict[str, list[str]]:
        """See `Field.show`."""
        return {self.name: ["1"] if getattr(part, self.name) else []}

    def take(self, given: Given, part: Any | None, file: SiteFile) -> Values:
        """See `Field.take`."""
        return {self.name: one(given, self.name) == "1"}


class Choice(Field, frozen=True, kw_only=True):
    """One of several; "" stands for none."""

    kind: ClassVar[str] = "choice"

    #: value → msgid, in their order
    choices: tuple[tuple[str, str], ...] = ()
    #: or what they are in this site: value → words as they stand
    options: Options | None = None
    #: what a value stands for where it is not its own text
    means: tuple[tuple[str, Any], ...] = (("", None),)

    def show(self, part: Any) -> dict[str, list[str]]:
        """See `Field.show`."""
        value = getattr(part, self.name)
        for said, meant in self.means:
            if value is meant or (value == meant and type(value) is type(meant)):
                return {self.name: [said]}
        return {self.name: [str(value)]}

    def take(self, given: Given, part: Any | None, file: SiteFile) -> Values:
        """See `Field.take`."""
        typed = one(given, self.name)
        return {self.name: dict(self.means).get(typed, typed)}


class Some(Field, frozen=True, kw_only=True):
    """Any of several, as they are in this site: value → words as they stand."""

    kind: ClassVar[str] = "some"

    options: Options

    def show(self, part: Any) -> dict[str, list[str]]:
        """See `Field.show`."""
        return {self.name: list(getattr(part, self.name))}

    def take(self, given: Given, part: Any | None, file: SiteFile) -> Values:
        """See `Field.take`."""
        chosen = given.get(self.name, ())
        return {self.name: tuple(key for key, _ in self.options(file, part) if key in chosen)}


class Steps(Some, frozen=True, kw_only=True):
    """Several in an order, each chosen in a line of its own; what a step leads to is its line."""

    kind: ClassVar[str] = "steps"

    def show(self, part: Any) -> dict[str, list[str]]:
        """See `Field.show`."""
        steps = getattr(part, self.name)
        return {f"{self.name}.{place}": [key] for place, key in enumerate(steps, 1)}

    def take(self, given: Given, part: Any | None, file: SiteFile) -> Values:
        """See `Field.take`."""
        typed = (one(given, f"{self.name}.{place}") for place in range(1, MOST + 1))
        return {self.name: tuple(filter(None, typed))}


class Names(Field, frozen=True, kw_only=True):
    """A text in each of the site's languages; the first is the site's own."""

    kind: ClassVar[str] = "names"

    #: whether having none at all is None rather than an empty table
    none: bool = False

    def show(self, part: Any) -> dict[str, list[str]]:
        """See `Field.show`."""
        texts = getattr(part, self.name) or {}
        return {f"{self.name}.{language}": [text] for language, text in texts.items()}

    def take(self, given: Given, part: Any | None, file: SiteFile) -> Values:
        """See `Field.take`. What is kept in a language that the site does not offer stays."""
        texts = dict(getattr(part, self.name) or {}) if part is not None else {}
        for language in file.site.languages:
            typed = one(given, f"{self.name}.{language}")
            texts.pop(language, None)
            if typed:
                texts[language] = typed
        if self.required and not texts.get(file.site.languages[0]):
            raise bad(self.name, _MISSING)
        return {self.name: None if self.none and not texts else texts}


class Lines(Names, frozen=True, kw_only=True):
    """Several lines in each of the site's languages."""

    kind: ClassVar[str] = "lines"

    def show(self, part: Any) -> dict[str, list[str]]:
        """See `Field.show`."""
        texts = getattr(part, self.name)
        return {f"{self.name}.{language}": ["\n".join(lines)] for language, lines in texts.items()}

    def take(self, given: Given, part: Any | None, file: SiteFile) -> Values:
        """See `Names.take`."""
        texts = dict(getattr(part, self.name)) if part is not None else {}
        for language in file.site.languages:
            lines = [line.strip() for line in one(given, f"{self.name}.{language}").splitlines()]
            texts.pop(language, None)
            if any(lines):
                texts[language] = tuple(filter(None, lines))
        return {self.name: texts}


def week_of(given: Given, name: str) -> dict[str, tuple[str, ...]]:
    """Hours as they were typed: "08:00-13:00, 14:00-18:00" for each day."""
    typed = {day: one(given, f"{name}.{day}") for day in WEEKDAYS}
    return {
        day: tuple(
            span.strip().replace("–", "-")
            for span in text.replace(";", ",").split(",")
            if span.strip()
        )
        for day, text in typed.items()
        if text
    }


def _shown_week(spans: Mapping[str, Sequence[str]] | None, name: str) -> dict[str, list[str]]:
    return {f"{name}.{day}": [", ".join(texts)] for day, texts in (spans or {}).items()}


class Week(Field, frozen=True, kw_only=True):
    """Hours of each weekday."""

    kind: ClassVar[str] = "week"

    def show(self, part: Any) -> dict[str, list[str]]:
        """See `Field.show`."""
        return _shown_week(getattr(part, self.name), self.name)

    def take(self, given: Given, part: Any | None, file: SiteFile) -> Values:
        """See `Field.take`."""
        return {self.name: week_of(given, self.name)}


class SiteHours(Week, frozen=True, kw_only=True):
    """The site's own hours, or none: then each service has its own."""

    kind: ClassVar[str] = "site-hours"

    def show(self, part: Any) -> dict[str, list[str]]:
        """See `Field.show`."""
        return {f"{self.name}.as": ["each" if part.hours is None else "own"]} | super().show(part)

    def take(self, given: Given, part: Any | None, file: SiteFile) -> Values:
        """See `Field.take`."""
        if one(given, f"{self.name}.as") == "each":
            return {self.name: None}
        return super().take(given, part, file)


class ServiceHours(Week, frozen=True, kw_only=True):
    """When a service is open: as the site, round the clock, or hours of its own."""

    kind: ClassVar[str] = "service-hours"

    def show(self, part: Any) -> dict[str, list[str]]:
        """See `Field.show`."""
        how = "always" if part.all_day else "site" if part.hours is None else "own"
        return {f"{self.name}.as": [how]} | super().show(part)

    def take(self, given: Given, part: Any | None, file: SiteFile) -> Values:
        """See `Field.take`."""
        how = one(given, f"{self.name}.as")
        hours = week_of(given, self.name) if how == "own" else None
        return {"all_day": how == "always", "hours": hours}


class Serves(Field, frozen=True, kw_only=True):
    """Which services a desk calls: first of all, only while nobody waits for those, or not."""

    kind: ClassVar[str] = "serves"

    def show(self, part: Any) -> dict[str, list[str]]:
        """See `Field.show`."""
        shown = {f"{self.name}.{key}": ["primary"] for key in part.primary}
        return shown | {f"{self.name}.{key}": ["overflow"] for key in part.overflow}

    def take(self, given: Given, part: Any | None, file: SiteFile) -> Values:
        """See `Field.take`."""
        tiers: dict[str, list[str]] = {"primary": [], "overflow": []}
        for service in leaves(file):
            chosen = tiers.get(one(given, f"{self.name}.{service.key}"))
            if chosen is not None:
                chosen.append(service.key)
        return {tier: tuple(keys) for tier, keys in tiers.items()}


class Languages(Field, frozen=True, kw_only=True):
    """Some of the languages there are; the first may be chosen."""

    kind: ClassVar[str] = "languages"

    #: whether one of them comes first
    first: bool = True

    def show(self, part: Any) -> dict[str, list[str]]:
        """See `Field.show`."""
        languages = list(getattr(part, self.name))
        return {self.name: languages, f"{self.name}.first": languages[:1]}

    def take(self, given: Given, part: Any | None, file: SiteFile) -> Values:
        """See `Field.take`. What is not among ours, such as a region's, stays."""
        before = getattr(part, self.name) if part is not None else ()
        chosen = [name for name in LANGUAGES if name in given.get(self.name, ())]
        chosen += [name for name in before if name not in LANGUAGES]
        chosen.sort(key=lambda name: before.index(name) if name in before else len(before))
        first = one(given, f"{self.name}.first")
        if self.first and first in LANGUAGES:
            chosen = [first, *(name for name in chosen if name != first)]
        return {self.name: tuple(chosen)}


class Arrows(Field, frozen=True, kw_only=True):
    """Where each desk lies as seen from a board or a sign."""

    kind: ClassVar[str] = "arrows"

    #: value → msgid, in their order; "" stands for what nobody said
    choices: tuple[tuple[str, str], ...]

    def show(self, part: Any) -> dict[str, list[str]]:
        """See `Field.show`."""
        return {f"{self.name}.{desk}": [arrow] for desk, arrow in part.arrows.items()}

    def take(self, given: Given, part: Any | None, file: SiteFile) -> Values:
        """See `Field.take`."""
        seen = {desk.name: one(given, f"{self.name}.{desk.name}") for desk in file.desk}
        return {self.name: {desk: arrow for desk, arrow in seen.items() if arrow}}


def leaves(file: SiteFile) -> list[Any]:
    """The services that give tickets, in their order."""
    groups = file.groups()
    return [part for part in file.service if part.key not in groups]


def own_name(names: Mapping[str, str], file: SiteFile, language: str = "") -> str:
    """A name in the reader's language, else in the site's own, else any."""
    return (
        names.get(language) or names.get(file.site.languages[0]) or next(iter(names.values()), "")
    )


#: every language's own name, for forms
LANGUAGE_NAMES: Final = NAMES
