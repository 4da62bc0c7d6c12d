"""Ready to open, as the supervisor is told in the morning: what is missing, and what to do about it.

Pure, over what `queue.ready` found. Shown from some minutes before the opening until nothing that
was missing then is missing any more.
"""

from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from turnero.queue.commands.readiness import DESKS, NOT_READY
from turnero.queue.ready import Missing, Ready
from turnero.queue.views import AlarmView
from turnero.web.languages import mark

#: why something is missing → what is wrong
WRONG: Final = {
    "never": mark("It has never been heard from"),
    "silent": mark("It is not heard from"),
    "unreachable": mark("It does not answer at its address"),
    "paper-out": mark("Out of paper"),
    "paper-low": mark("Paper is running low"),
    "cover-open": mark("Its cover is open"),
    "offline": mark("It is offline"),
    "busy": mark("Another program is using it"),
    "denied": mark("The system does not let the program use it"),
    "mute": mark("The sign does not answer"),
    "garbled": mark("It answers, but not as it should"),
    "refused": mark("It refuses what it is given"),
    "too-narrow": mark("The numbers do not fit on it"),
    "fault": mark("The program has an error with it"),
    "no-sound": mark("No board of this zone can be heard"),
    "blocked": mark("The browser blocks its sound: touch it once"),
    "failed": mark("It has no sound"),
    "closed": mark("Nobody has opened it"),
    "break": mark("It is on a break"),
    "held": mark("Somebody closed it, and it gives no tickets"),
    "emergency": mark("This emergency message is still shown, and nobody can be called"),
}
_POWER: Final = mark("Switch it on and check its network cable.")
_SIGN_SET: Final = mark(
    "Its width, protocol or number on the line is wrong: check it on the administration's pages."
)
#: kind → why → what to do; "" for any other reason
TO_DO: Final[dict[str, dict[str, str]]] = {
    "kiosk": {
        "": mark(
            "Switch it on and check its network. Until it is back, give tickets at the greeter's "
            "tablet."
        ),
        "never": mark("Open its page on it once, with its token."),
    },
    "board": {"": _POWER, "never": mark("Open its page on it once, with its token.")},
    "printer": {
        "": _POWER,
        "paper-out": mark("Put in a new roll."),
        "paper-low": mark("Have a new roll at hand, or change it now."),
        "cover-open": mark("Close its cover until it clicks."),
        "busy": mark("Close the other program that prints on it."),
        "denied": mark("Call whoever looks after the computers: the program may not use its port."),
    },
    "sign": {
        "": mark(
            "Check its current and its line. Meanwhile people hear the voice and see the board."
        ),
        **dict.fromkeys(("refused", "too-narrow"), _SIGN_SET),
    },
    "held": {
        "": mark("Open it again among the levers, if it is to give tickets."),
        "emergency": mark("End it, if the emergency is over."),
    },
    "voice": {"": mark("Touch the board's screen once and check that its loudspeaker is on.")},
    "desk": {
        "": mark("Call whoever is planned there, or let another desk call its services."),
        "break": mark("Ask when its agent comes back, or let another desk call its services."),
    },
}


class Lack(msgspec.Struct, frozen=True):
    """Something missing, in words (msgids), with its alarm if there is one."""

    missing: Missing
    name: str
    wrong: str
    to_do: str
    alarm: AlarmView | None


class Opening(msgspec.Struct, frozen=True):
    """How far the site is from opening, while that is what matters."""

    ready: Ready
    #: the hour of opening has passed
    open: bool
    missing: tuple[Lack, ...]


def opening(ready: Ready, alarms: Iterable[AlarmView], now_ms: int) -> Opening | None:
    """What to show at this moment of the wall clock; None outside of the morning."""
    if ready.opens_ms is None or ready.check_ms is None:
        return None
    raised = {one.subject: one for one in alarms if one.kind == NOT_READY}
    is_open = now_ms >= ready.opens_ms
    if now_ms < ready.check_ms or (is_open and not raised):
        return None
    lacks = [_lack(one, raised) for one in ready.missing]
    if is_open:
        # what fails after the opening is the day's business, and stands among the alarms
        lacks = [one for one in lacks if one.alarm is not None]
    return Opening(ready, is_open, tuple(lacks))


def _lack(one: Missing, raised: Mapping[str, AlarmView]) -> Lack:
    why = str(one.figures.get("why", ""))
    to_do = TO_DO.get(one.kind, {})
    subject = DESKS if one.kind == "desk" else f"{one.kind}:{one.subject}"
    return Lack(
        missing=one,
        name=str(one.figures.get("name", "")) or one.subject,
        wrong=WRONG.get(why, ""),
        to_do=to_do.get(why, to_do.get("", "")),
        alarm=raised.get(subject),
    )
