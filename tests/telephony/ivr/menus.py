"""A hospital to ring, and how its menu's words are written down in tests."""

from turnero.queue.hours import Later
from turnero.queue.views import Wait
from turnero.telephony.ivr.calls import House, Move, Offer
from turnero.telephony.ivr.spoken import spoken
from turnero.telephony.ivr.words import Opens
from turnero.telephony.numbers import number_of, policy_of

ANA = number_of("987654321", policy_of("pe"))
LUZ = number_of("912345678", policy_of("pe"))
MONDAY = Opens(later=Later("2026-03-09", "07:00"))
LAB = Offer("lab", {"es": "Laboratorio", "en": "Laboratory"}, Wait(20, 35))
XRAY = Offer("rx", {"es": "Rayos X"}, hold=False)


def house(
    *offers: Offer,
    languages: tuple[str, ...] = ("es",),
    opens: Opens = MONDAY,
    emergency: str = "106",
    no_keys: str = "",
) -> House:
    return House(1, languages, "pe", offers, opens, emergency, "Santa Rosa", "PE", no_keys)


def heard(move: Move) -> list[str]:
    """What is said, sentence by sentence, in the call's language."""
    call = move.call
    return [
        one.text
        for one in spoken(
            move.says, call.language, profile=call.house.profile, home=call.house.home
        )
    ]


def only_first(site: str) -> str:
    """A site's description in which its first service alone calls back."""
    first, offers, rest = site.partition("callbacks = {}\n")
    return first + offers + rest.replace(offers, "")
