"""Sentences about callbacks for whoever asked for one: where it stands, whose the number is, when."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from turnero.kiosk.port import CallChange
from turnero.queue.reads.patients_calls import PatientsCall
from turnero.web.languages import mark as _

#: stage or end -> where the callback is, and what its person does
STANDS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "waiting": (
            _("We will call you in your turn"),
            _("You need not wait here. We call the number that ends in %(tail)s."),
        ),
        "retry": (
            _("We will call you again"),
            _("We call the number that ends in %(tail)s. You keep your place."),
        ),
        "tomorrow": (
            _("We will call you on another day"),
            _("Today did not suffice. You keep your place: you are among the first."),
        ),
        "reserved": (
            _("We are about to call you"),
            _("Keep your phone near. When you answer, press 1."),
        ),
        "desk": (
            _("We are about to call you"),
            _("Keep your phone near. When you answer, press 1."),
        ),
        "dialling": (_("We are calling you now"), _("Answer your phone and press 1.")),
        "confirming": (_("We are calling you now"), _("Press 1 on your phone to go on.")),
        "joining": (_("You are being connected"), _("Stay on the line.")),
        "talking": (_("You are speaking with us"), _("Stay on the line.")),
        "wrap-up": (_("The call is over"), _("Thank you.")),
        "done": (_("The call is over"), _("Thank you.")),
        "unreachable": (
            _("We called and did not reach you"),
            _("If you still need it, please ask again or come here."),
        ),
        "bad-number": (
            _("The number that you gave does not exist"),
            _("Please ask again with another number, or come here."),
        ),
        "wrong-person": (
            _("Somebody else answered at this number"),
            _("Please ask again with another number, or come here."),
        ),
        "expired": (
            _("Today did not suffice to call you"),
            _("We are sorry. Please ask again, or come here."),
        ),
        "cancelled": (
            _("We will not call you: it was cancelled"),
            _("If you still need it, please ask again or come here."),
        ),
    }
)

#: relation -> whose the number is, as its chooser says it
RELATIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "self": _("Mine"),
        "mother": _("My mother's"),
        "father": _("My father's"),
        "child": _("My son's or daughter's"),
        "partner": _("My partner's"),
        "carer": _("My carer's"),
        "other": _("Somebody else's"),
    }
)

#: choice -> words, and the hours that it means, minutes of the day
WHEN: Final[Mapping[str, str]] = MappingProxyType(
    {
        "any": _("At any hour"),
        "morning": _("In the morning, until 12"),
        "afternoon": _("In the afternoon, from 12 on"),
    }
)
HOURS: Final[Mapping[str, tuple[int | None, int | None]]] = MappingProxyType(
    {"any": (None, None), "morning": (None, 720), "afternoon": (720, None)}
)
LEFT_OVER: Final[Mapping[str, str]] = MappingProxyType(
    {"tomorrow": _("Call me on the next day"), "drop": _("Then do not call me")}
)
#: ends after which the ticket is told as any other: its person came here
_HERE: Final = frozenset({"merged"})


def when_of(call: PatientsCall) -> str:
    """The choice that its hours stand for; "" for none of ours."""
    hours = (call.from_minute, call.to_minute)
    return next((name for name, meant in HOURS.items() if meant == hours), "")


def change_of(when: str, left_over: str) -> CallChange:
    """What a form of ours changes."""
    low, high = HOURS.get(when, (None, None))
    return CallChange(bool(when), low, high, left_over or None)


def stands(call: PatientsCall | None) -> tuple[str, str] | None:
    """Where it stands and what its person does, msgids; None where the ticket says it all."""
    if call is None or call.end in _HERE:
        return None
    return STANDS.get(call.end or call.stage)
