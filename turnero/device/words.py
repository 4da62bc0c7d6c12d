"""How devices are, in words for whoever stands before the box with a screwdriver."""

from collections.abc import Mapping
from typing import Final

from turnero.device.standing import PrinterNow, SignNow
from turnero.printer.port import Paper
from turnero.web.languages import mark

#: reason of a printer or a sign → what is wrong
WRONG: Final[Mapping[str, str]] = {
    "unreachable": mark("It does not answer at its address"),
    "paper-out": mark("Out of paper"),
    "cover-open": mark("Its cover is open"),
    "offline": mark("It is offline"),
    "busy": mark("Another program uses it"),
    "denied": mark("This program may not use it"),
    "connection-lost": mark("The connection broke"),
    "timed-out": mark("It takes nothing"),
    "mute": mark("It does not answer"),
    "garbled": mark("It answers, but not as it should"),
    "refused": mark("It refuses what it is given"),
    "too-narrow": mark("The numbers do not fit on it"),
    "fault": mark("The program has an error with it"),
}
#: why the server is not reached → what to look at
NOBODY: Final[Mapping[str, str]] = {
    "unnamed": mark(
        "No machine is known by this name. Please check how it is written, and the network."
    ),
    "closed": mark(
        "Nothing listens there. Please check the address with its port, and whether the server runs."
    ),
    "uncertified": mark(
        "Its certificate is not accepted. Please check the name, and this machine's date and hour."
    ),
    "silent": mark("It does not answer in time. Please check the network cable and the address."),
    "stranger": mark(
        "Something answers there, but it is not Turnero: a sign-in page of the network, a proxy or "
        "another program. Please check the address, also whether it begins with https."
    ),
    "busy": mark("It takes no more questions just now. This box asks again by itself."),
}
_UNKNOWN: Final = mark("Something is wrong with it")
_NEW: Final = mark("Not asked yet")
_WELL: Final = mark("Ready")


def of_printer(one: PrinterNow) -> tuple[str, str]:
    """What is said of it (a msgid) and its tone: good, warn or bad."""
    if one.state is None:
        return _NEW, "warn"
    if one.obstacle is not None:
        return WRONG.get(one.obstacle, _UNKNOWN), "bad"
    if not one.state.answered:
        return mark("It takes papers and says nothing of itself"), "warn"
    if one.state.paper is Paper.NEAR_END:
        return mark("Paper is running low"), "warn"
    return _WELL, "good"


def of_sign(one: SignNow) -> tuple[str, str]:
    """The same of a sign."""
    if one.result is None:
        return _NEW, "warn"
    if one.since_ms is not None:
        return WRONG.get(one.reason or "", _UNKNOWN), "bad"
    return (
        (_WELL, "good") if one.result == "shown" else (mark("Painted; it cannot confirm"), "good")
    )
