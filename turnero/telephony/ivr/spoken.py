"""Words of the menu as sentences in a language, ready for a voice.

A telephone number becomes groups of two or three digits, each a sentence of its own: so it is
heard as people say it, and no sound that is kept holds a whole number. Voices read a figure as if
nothing were counted; Spanish and Portuguese count hours and people in the feminine.
"""

from collections.abc import Iterable
from typing import Final

import phonenumbers
from phonenumbers import PhoneNumberFormat

from turnero.queue.views import name_in
from turnero.telephony.exchange import HOLDING, Say
from turnero.telephony.ivr import texts
from turnero.telephony.ivr.words import (
    Day,
    Digits,
    Hour,
    Hours,
    Named,
    Plural,
    Sentence,
    Sound,
    Value,
    What,
    ngettext,
)
from turnero.web.formats import formats
from turnero.web.languages import Translator, entries, mark, translator

#: the language of msgids
_WRITTEN_IN: Final = "en"
_NOON: Final = 12
_EVENING: Final = 19
# Languages say one o'clock otherwise than the rest.
_MORNING: Final = ngettext("at %(hour)s in the morning", "at %(hour)s in the morning")
_AFTERNOON: Final = ngettext("at %(hour)s in the afternoon", "at %(hour)s in the afternoon")
_NIGHT: Final = ngettext("at %(hour)s in the evening", "at %(hour)s in the evening")
_FEMININE: Final = {"es": {1: "una"}, "pt": {1: "uma", 2: "duas"}}
_AND: Final = {"es": "y", "pt": "e"}
#: the twenties are one word in Spanish
_TWENTY: Final = {("es", 21): "veintiuna"}
#: beyond, hundreds would have to be spelt too
_COUNTED: Final = 99


def spoken(
    words: Iterable[What], language: str, *, profile: str = "plain", home: str = ""
) -> list[Say]:
    """The sentences to say. `home`: the region whose numbers are said without a country's code."""
    says: list[Say] = []
    for one in words:
        if isinstance(one, Sound):
            says.append(HOLDING)
        elif isinstance(one, Digits):
            says += [Say(group, language) for group in groups(one.e164, home)]
        elif isinstance(one, Plural):
            text = translator(language, profile).lookup_plural(one.one, one.many, one.n)
            says.append(Say(text % {"n": feminine(one.n, language)}, language))
        else:
            own = one.language or language
            says.append(Say(_sentence(one, translator(own, profile)), own))
    return says


def worded(language: str) -> bool:
    """Whether the menu has words in it: a catalogue's drafts, that nobody has read over, are none."""
    return language == _WRITTEN_IN or texts.LANGUAGE in entries(language).single


def groups(e164: str, home: str = "") -> list[str]:
    """In threes, and twos at the end: "+51987654321" -> "9, 8, 7", "6, 5, 4", "3, 2, 1" at home in PE.

    With a comma between two digits they are said slowly enough to be compared with a written number.
    """
    digits = e164.removeprefix("+")
    found = phonenumbers.parse(e164)
    if phonenumbers.region_code_for_number(found) == home:
        written = phonenumbers.format_number(found, PhoneNumberFormat.NATIONAL)
        digits = "".join(char for char in written if char.isdigit())
    parts: list[str] = []
    while digits:
        size = 2 if len(digits) in (2, 4) else 3
        parts.append(", ".join(digits[:size]))
        digits = digits[size:]
    return parts


def _sentence(one: Sentence, say: Translator) -> str:
    values = {name: _value(value, say) for name, value in one.values.items()}
    return say.gettext(one.msgid, **values)


def _value(value: Value, say: Translator) -> object:
    if isinstance(value, Named):
        return name_in(value.names, say.language)
    if isinstance(value, Hour):
        return hour(value.text, say)
    if isinstance(value, Hours):
        return feminine(value.n, say.language)
    if isinstance(value, Day):
        return formats(say.tag, "UTC").day(value.text)
    return value


def hour(text: str, say: Translator) -> str:
    """As people say an hour: "07:30" -> "a las 7 y 30 de la mañana"."""
    hours, minutes = map(int, text.split(":"))
    hours %= 24
    if hours < _NOON:
        one, many = _MORNING
    elif hours < _EVENING:
        one, many = _AFTERNOON
    else:
        one, many = _NIGHT
    said = hours % 12 or 12
    at = feminine(said, say.language)
    if minutes:
        at = say.gettext(mark("%(hour)s %(minutes)s"), hour=at, minutes=f"{minutes:02}")
    return say.lookup_plural(one, many, said) % {"hour": at}


def feminine(n: int, language: str) -> str:
    """A count of hours or people: 21 -> "veintiuna" in Spanish, "vinte e uma" in Portuguese."""
    tens, unit = n - n % 10, n % 10
    word = _FEMININE.get(language, {}).get(unit)
    if word is None or n % 100 in (11, 12) or n > _COUNTED:
        return str(n)
    if tens == 0:
        return word
    return _TWENTY.get((language, n)) or f"{tens} {_AND[language]} {word}"
