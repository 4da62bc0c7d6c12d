"""The languages: catalogues by room, a translator for each language, which one a reader gets.

Catalogues are gettext `.po` files, read when a language is first used; nothing is compiled
beforehand. Fuzzy entries are drafts that nobody has reviewed, and are never shown.
"""

from collections.abc import Iterable
from functools import cache
from pathlib import Path

LOCALE = Path(__file__).parent / "locale"

#: msgids are English; these catalogues translate them. Quechua stays off until a native
#: speaker has reviewed it: a site that turns it on gets the reviewed entries, then Spanish.
CATALOGUES = ("es", "es_CO", "pt", "qu")
#: what a reader can choose
LANGUAGES = ("es", "en", "pt", "qu")
DEFAULT = "es"

#: each language's own name, for the keys that choose it
NAMES = {"es": "Español", "en": "English", "pt": "Português", "qu": "Runasimi"}

_FALLBACK = {"es_CO": "es", "qu": "es"}
_TAGS = {"pt": "pt-BR", "qu": "qu", "en": "en"}
_SPANISH = {"pe": "es-PE", "co": "es-CO", "plain": "es"}


def mark(msgid: str) -> str:
    """Mark a sentence for the catalogues where it is written, to be translated later."""
    return msgid


def tag(language: str, profile: str = "plain") -> str:
    """The BCP 47 tag of a language at a site of this profile, for `lang` and for formats."""
    return _SPANISH.get(profile, "es") if language == "es" else _TAGS.get(language, language)


def catalogue(language: str, profile: str = "plain") -> str:
    """Which catalogue serves this language at a site of this profile."""
    return "es_CO" if language == "es" and profile == "co" else language


class Entries:
    """The entries of one catalogue, of every room."""

    def __init__(self) -> None:
        self.single: dict[str, str] = {}
        self.plural: dict[str, tuple[str, ...]] = {}


@cache
def entries(name: str) -> Entries:
    """One catalogue, its rooms merged; empty for English and for what does not exist."""
    from babel.messages.pofile import read_po  # noqa: PLC0415 - 30 ms that no API call needs

    found = Entries()
    for path in sorted((LOCALE / name).glob("*.po")):
        with path.open("rb") as file:
            messages = read_po(file, locale=name)
        for message in messages:
            if not message.id or message.fuzzy:
                continue
            if isinstance(message.string, str):
                if message.string:
                    found.single[str(message.id)] = message.string
            elif message.string and all(message.string):
                found.plural[message.id[0]] = tuple(message.string)
    return found


class Translator:
    """Turns msgids into one reader's language."""

    def __init__(self, language: str, profile: str = "plain") -> None:
        self.language = language
        #: BCP 47, for `lang`
        self.tag = tag(language, profile)
        name: str | None = catalogue(language, profile)
        self._chain: list[Entries] = []
        while name is not None and name in CATALOGUES:
            self._chain.append(entries(name))
            name = _FALLBACK.get(name)

    def lookup(self, msgid: str) -> str:
        """The sentence with its placeholders still in it."""
        for found in self._chain:
            if (text := found.single.get(msgid)) is not None:
                return text
        return msgid

    def lookup_plural(self, one: str, many: str, n: int) -> str:
        """The sentence for this count, with its placeholders still in it."""
        for found in self._chain:
            if (forms := found.plural.get(one)) is not None:
                # all our languages tell one from many, or (Quechua) tell nothing
                return forms[min(int(n != 1), len(forms) - 1)]
        return one if n == 1 else many

    def gettext(self, msgid: str, **values: object) -> str:
        """The sentence, with `%(name)s` filled in when values are given."""
        text = self.lookup(msgid)
        return text % values if values else text

    def ngettext(self, one: str, many: str, n: int, **values: object) -> str:
        """The sentence for a count; `%(n)s` is that count."""
        return self.lookup_plural(one, many, n) % {"n": n, **values}


@cache
def translator(language: str, profile: str = "plain") -> Translator:
    """The translator for this language at a site of this profile."""
    return Translator(language, profile)


def negotiate(accepted: str, offered: Iterable[str]) -> str | None:
    """The offered language that an `Accept-Language` header likes best, if any."""
    offers = list(offered)
    liked: list[tuple[float, int, str]] = []
    for place, part in enumerate(accepted.split(",")[:20]):
        name, _, rest = part.strip().partition(";")
        quality = 1.0
        if rest.strip().startswith("q="):
            try:
                quality = float(rest.strip()[2:])
            except ValueError:
                continue
        liked.append((-quality, place, name.split("-")[0].split("_")[0].lower()))
    for quality, _, name in sorted(liked):
        if quality < 0 and name in offers:
            return name
    return None
