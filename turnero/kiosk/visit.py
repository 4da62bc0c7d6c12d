"""What a person has chosen so far, carried by the address of each page and by nothing else.

No session and no cookie: whoever comes next starts at "/kiosk", where nothing is chosen.
"""

from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

import msgspec

#: aids in the order of their keys; the words that the ticket, its paper and the desk get
AIDS: Final = ("large-type", "contrast", "voice", "low-reach", "more-time")
#: those that change how the page looks -> the class that does it
LOOKS: Final = {"large-type": "large", "contrast": "contrast", "low-reach": "low"}
#: people that one ticket can be taken for at a kiosk
MOST_PEOPLE: Final = 9
#: keys of a service or a class are short; anything longer is somebody playing
_LONGEST: Final = 80


class Visit(msgspec.Struct, frozen=True):
    """One person's choices at a kiosk."""

    #: catalogue name; "" while nobody chose: the site's own
    language: str = ""
    #: sorted as in AIDS
    aids: tuple[str, ...] = ()
    #: key of the attention class; None: the usual one
    attention: str | None = None
    people: int = 1
    #: which page of a long list of services
    page: int = 0

    @property
    def untouched(self) -> bool:
        """Whether nothing has been chosen: the kiosk at rest."""
        return self == _NOTHING

    @property
    def looks(self) -> str:
        """Classes of the page."""
        return " ".join(LOOKS[aid] for aid in self.aids if aid in LOOKS)

    @property
    def voice(self) -> bool:
        """Whether the page is spoken."""
        return "voice" in self.aids

    def has(self, aid: str) -> bool:
        """Whether this aid is on."""
        return aid in self.aids

    def turned(self, aid: str) -> "Visit":
        """The same with this aid on if it was off, off if it was on."""
        wanted = set(self.aids) ^ {aid}
        return msgspec.structs.replace(self, aids=_ordered(wanted), page=0)

    def but(self, **changes: Any) -> "Visit":
        """The same with other choices."""
        return msgspec.structs.replace(self, **changes)

    @property
    def aids_text(self) -> str:
        """The aids in one word: "large-type.voice"."""
        return ".".join(self.aids)

    @property
    def query(self) -> str:
        """As the query of an address; "" when untouched. The same choices give the same text."""
        pairs: list[tuple[str, str | int]] = []
        if self.language:
            pairs.append(("lang", self.language))
        if self.aids:
            pairs.append(("aids", self.aids_text))
        if self.attention is not None:
            pairs.append(("class", self.attention))
        if self.people != 1:
            pairs.append(("people", self.people))
        if self.page:
            pairs.append(("page", self.page))
        return urlencode(pairs)

    def url(self, path: str) -> str:
        """An address of ours with these choices."""
        query = self.query
        return f"{path}?{query}" if query else path


_NOTHING: Final = Visit()


def read(query: str, languages: Iterable[str]) -> Visit:
    """The choices that an address carries; what cannot be is left out, never an error."""
    given = dict(parse_qsl(query[:1000]))
    language = given.get("lang", "")
    attention = given.get("class")
    return Visit(
        language=language if language in languages else "",
        aids=aids_of(given.get("aids", "")),
        attention=attention if attention and len(attention) <= _LONGEST else None,
        people=_figure(given.get("people", ""), 1, MOST_PEOPLE),
        page=_figure(given.get("page", ""), 0, 99),
    )


def aids_of(text: str) -> tuple[str, ...]:
    """The aids that a text such as "large-type.voice" names; others are left out."""
    return _ordered(text.split("."))


def _ordered(aids: Iterable[str]) -> tuple[str, ...]:
    wanted = set(aids)
    return tuple(aid for aid in AIDS if aid in wanted)


def _figure(text: str, least: int, most: int) -> int:
    return (
        min(int(text), most) if text.isascii() and text.isdigit() and int(text) >= least else least
    )
