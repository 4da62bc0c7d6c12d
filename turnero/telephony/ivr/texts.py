"""The sentences of the voice menu: short, one thought each, the key at the end of its sentence.

Whoever listens cannot look back: what a key does is said before the key.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from turnero.queue.views import Wait
from turnero.telephony.ivr.calls import Asked, House, Offer
from turnero.telephony.ivr.words import (
    Day,
    Digits,
    Hour,
    Hours,
    Named,
    Opens,
    Sentence,
    Sound,
    Value,
    Words,
)
from turnero.telephony.numbers import Number
from turnero.web.languages import mark

#: longer waits are told in hours: nobody adds up a hundred and forty minutes by ear
_HOURS_FROM: Final = 120

ONE_MOMENT: Final = Sentence(mark("One moment, please."))
BYE: Final = Sentence(mark("Good-bye."))
SOUND: Final = Sound()
#: each catalogue names its own language here
LANGUAGE: Final = mark("For English, press %(key)s.")
WRONG_KEY: Final = Sentence(mark("That key is not one of the choices."))
MORE: Final = Sentence(mark("To hear more services, press 9."))
GIVE_UP: Final = Sentence(
    mark(
        "We did not get your choice. You can ask at the hospital, or ring again whenever you like."
    )
)
NO_KEYS: Final = Sentence(
    mark("You need not press any key: in your turn somebody will speak with you.")
)
NOT_NOW: Final = Sentence(
    mark("We are sorry: we cannot do that just now. Please ring again later.")
)
NOTHING_KEPT: Final = Sentence(
    mark("We could not make sure that your request was kept. Please ring again in some minutes.")
)

TYPE: Final = Sentence(
    mark(
        "Please type the number to call; a house telephone with its area code."
        " At the end press the hash key, down on the right."
    )
)
READ_BEFORE: Final = Sentence(mark("We will call this number:"))
READ_AFTER: Final = (
    Sentence(mark("If it is right, press 1.")),
    Sentence(mark("For another number, press 2.")),
)
MISTYPED: Final = Sentence(mark("We could not take a number. You can also ask at the hospital."))

OPEN: Final = (
    Sentence(mark("We already have a request to call this number.")),
    Sentence(mark("To keep it, press 1.")),
    Sentence(mark("To stay on the line in its place, press 2.")),
    Sentence(mark("To cancel it, press 3.")),
)
OPEN_OTHER: Final = Sentence(
    mark("We already have a request to call that number. It stays as it is.")
)
KEPT: Final = Sentence(mark("Your request stays as it is. We will call you in your turn."))
STAYS: Final = Sentence(mark("Your request stays as it is."))
CANCELLED: Final = Sentence(mark("Your request is cancelled."))

CALL_BACK: Final = Sentence(mark("To keep your place and be called back in your turn, press 1."))
STAY: Final = Sentence(mark("To wait on the line, press 2."))
HELD: Final = Sentence(mark("You are in line. Please do not hang up."))
NEXT: Final = Sentence(mark("You are next."))
STILL: Final = Sentence(mark("You are still in line. Thank you for waiting."))
CONNECTING: Final = Sentence(mark("It is your turn. We are connecting you."))
DROPPED: Final = Sentence(mark("We are sorry: your place in line has ended. You can ring again."))

RATE: Final = (
    Sentence(
        mark(
            "How well did we look after you? Press a key from 1 to 5. 5 is very good, 1 is very bad."
        )
    ),
    Sentence(mark("If you would rather not say, press 0.")),
)
THANKS: Final = Sentence(mark("Thank you."))

_REFUSED: Final = Sentence(mark("We cannot take that just now."))
#: code of a refusal → how it is said
REFUSED: Final[Mapping[str, Sentence]] = MappingProxyType(
    {
        "phone-missing": Sentence(mark("No number came.")),
        "phone-unreadable": Sentence(mark("That is not a telephone number.")),
        "phone-short": Sentence(mark("That number is too short.")),
        "phone-impossible": Sentence(mark("That number does not exist. Perhaps a digit is wrong.")),
        "phone-region": Sentence(mark("We cannot call numbers of that country.")),
        "phone-sort": Sentence(mark("We can only call mobile and house telephones.")),
    }
)


def emergency(house: House, language: str | None = None) -> Words:
    """First of all: who is in danger must not wait for a menu."""
    if not house.emergency:
        return ()
    values = {"number": house.emergency}
    return (
        Sentence(mark("If this is an emergency, hang up and dial %(number)s."), values, language),
    )


def greeting(house: House) -> Words:
    """Who answers."""
    return (
        (Sentence(mark("You have reached %(site)s."), {"site": house.name}),) if house.name else ()
    )


def languages(house: House) -> Words:
    """Each language offered in itself."""
    return tuple(
        Sentence(LANGUAGE, {"key": str(n)}, language)
        for n, language in enumerate(house.languages, 1)
    )


def shut(opens: Opens) -> Words:
    """Nothing is open, and when something will be."""
    closed = Sentence(mark("We are closed now."))
    if opens.today is not None:
        return (closed, Sentence(mark("We open today %(at)s."), {"at": Hour(opens.today)}))
    if opens.later is not None:
        values: dict[str, Value] = {"day": Day(opens.later.day), "at": Hour(opens.later.at)}
        return (closed, Sentence(mark("We open on %(day)s %(at)s."), values))
    return (closed,)


def service(offer: Offer, key: int) -> Sentence:
    """One line of the list."""
    values: dict[str, Value] = {"service": Named(offer.names), "key": str(key)}
    return Sentence(mark("For %(service)s, press %(key)s."), values)


def wait_for(offer: Offer) -> Words:
    """The wait of a service, as a range; nothing where it is not known."""
    if offer.wait is None:
        return ()
    for_service, figures = _range(offer.wait, _OF_SERVICE)
    return (Sentence(for_service, {"service": Named(offer.names), **figures}),)


def wait(found: Wait | None) -> Words:
    """The wait that is left, as a range; nothing where it is not known."""
    return () if found is None else (Sentence(*_range(found, _LEFT)),)


class _Ranges(NamedTuple):
    """How a wait is told: in hours, as less than, as between."""

    hours: str
    less: str
    between: str


_OF_SERVICE: Final = _Ranges(
    mark("The wait for %(service)s is between %(low)s and %(high)s hours."),
    mark("The wait for %(service)s is less than %(high)s minutes."),
    mark("The wait for %(service)s is between %(low)s and %(high)s minutes."),
)
_LEFT: Final = _Ranges(
    mark("It will take between %(low)s and %(high)s hours."),
    mark("It will take less than %(high)s minutes."),
    mark("It will take between %(low)s and %(high)s minutes."),
)


def _range(found: Wait, told: _Ranges) -> tuple[str, dict[str, Value]]:
    low, high = found.low_minutes, found.high_minutes
    if high > _HOURS_FROM:
        return told.hours, {"low": Hours(max(1, low // 60)), "high": Hours(max(2, -(-high // 60)))}
    if low in (0, high):
        return told.less, {"high": high}
    return told.between, {"low": low, "high": high}


def confirm(site: str, *, asked: bool = True) -> Words:
    """To who picks up, which may be anybody: who rings, and never what about. `asked`: for this call."""
    return (
        Sentence(mark("This is %(site)s."), {"site": site}),
        *([Sentence(mark("A call was asked for at this number."))] if asked else []),
        Sentence(mark("To speak with us, press 1.")),
        Sentence(mark("If you cannot now, press 2.")),
    )


def read_back(number: Number) -> Words:
    """The number as it was understood."""
    return (READ_BEFORE, Digits(number.e164), *READ_AFTER)


def asked(found: Asked) -> Words:
    """Said only when it is committed."""
    words: list[Sentence] = [Sentence(mark("Done: your place is kept."))]
    later = found.later
    if later is not None and later.later is not None:
        values: dict[str, Value] = {"day": Day(later.later.day), "at": Hour(later.later.at)}
        words.append(Sentence(mark("We will call you on %(day)s %(at)s or later."), values))
    elif later is not None and later.today is not None:
        words.append(
            Sentence(mark("We will call you today %(at)s or later."), {"at": Hour(later.today)})
        )
    else:
        words.append(Sentence(mark("We will call you in your turn. You can hang up.")))
    ticket = Sentence(mark("Your ticket is %(number)s."), {"number": found.number})
    return (*words, *wait(found.wait if later is None else None), ticket, BYE)


def refused(code: str) -> Sentence:
    """Why something was not done."""
    return REFUSED.get(code, _REFUSED)
