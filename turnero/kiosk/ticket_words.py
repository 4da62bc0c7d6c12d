"""Sentences for each state of a ticket, each trouble of its paper and each law on priority: msgids."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from turnero.web.languages import mark as _

#: state -> where the ticket is in its life
STATES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "waiting": _("You are in line"),
        "called": _("It is your turn"),
        "serving": _("You are being attended"),
        "parked": _("Your turn is on hold"),
        "away": _("You stepped out"),
        "retry": _("We will ring you again"),
        "finished": _("Your visit is over"),
        "no-show": _("We called you and you did not come"),
        "cancelled": _("This ticket was cancelled"),
        "not-served": _("The day ended before your turn"),
    }
)

#: state -> what its holder does now
ADVICE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "waiting": _("Stay where you see the screens. We will call you by your number."),
        "called": _("Please go to %(desk)s now."),
        "serving": _("You are at %(desk)s."),
        "parked": _("Please stay near. They will call you again."),
        "away": _("You keep your place and are not called meanwhile. Be back by %(until)s."),
        "retry": _("You keep your place. Please keep your telephone near."),
        "finished": _("Thank you for coming."),
        "no-show": _("You can go back to the line once, until %(until)s."),
        "cancelled": _("If you still need the service, please take a new ticket."),
        "not-served": _("We are sorry. Please ask the staff when you can be attended."),
    }
)

#: reason of the printer's room -> why there is no paper
TROUBLES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "paper-out": _("The printer is out of paper."),
        "cover-open": _("The printer's cover is open."),
        "offline": _("The printer is switched off line."),
        "unreachable": _("The printer does not answer."),
        "connection-lost": _("The connection to the printer broke."),
        "timed-out": _("The printer took too long."),
        "busy": _("The printer is busy."),
        "unconfirmed": _("The printer did not say that it printed your ticket."),
    }
)
UNKNOWN_TROUBLE: Final = _("Your ticket could not be printed.")

_GROUNDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        # Peru, Ley 28683: exempt from turns or any waiting mechanism
        "pe": _(
            "For pregnant women, girls and boys, older adults (60 and over) and persons with "
            "disability. It is your right by Ley 28683."
        ),
        # Colombia: Ley 1171 de 2007 (62 and over), Decreto-Ley 019 de 2012, article 13
        "co": _(
            "For infants, pregnant women, older adults (62 and over), persons with disability and "
            "veterans. It is your right by Ley 1171 de 2007 and Decreto Ley 019 de 2012."
        ),
    }
)
_PLAIN_GROUNDS: Final = _(
    "For pregnant women, small children, older adults and persons with disability."
)


def grounds(profile: str) -> str:
    """Who may ask for priority in this country, and by which law."""
    return _GROUNDS.get(profile, _PLAIN_GROUNDS)
