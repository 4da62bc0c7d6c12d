"""Words of staff about callbacks: where one stands, how a telephone's side ended, whose it is."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from turnero.web.languages import mark

#: stage → how it stands, for the agent who has it
STAGES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "reserved": mark("Your phone rings in a moment"),
        "desk": mark("Your phone is ringing: pick it up"),
        "dialling": mark("The patient's phone is ringing"),
        "confirming": mark("Somebody picked up and is asked to press 1"),
        "joining": mark("You are being connected"),
        "talking": mark("You are speaking with the patient"),
        "wrap-up": mark("The call is over: note how it went and finish"),
    }
)
#: stage → how it stands, in a list
LISTED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "waiting": mark("In line"),
        "retry": mark("Later"),
        "tomorrow": mark("Another day"),
        "reserved": mark("At a desk"),
        "desk": mark("The desk's phone rings"),
        "dialling": mark("The patient's phone rings"),
        "confirming": mark("Asked to press 1"),
        "joining": mark("Being connected"),
        "talking": mark("Speaking"),
        "wrap-up": mark("Call over"),
    }
)
#: outcome of a patient's leg → how it went
OUTCOMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "answered": mark("picked up"),
        "busy": mark("busy"),
        "no-answer": mark("nobody answered"),
        "declined": mark("declined"),
        "bad-number": mark("no such number"),
        "trunk-fault": mark("no line to outside"),
        "cancelled": mark("broken off"),
        "unknown": mark("not known"),
    }
)
#: relation → whose telephone it is, as seen from the patient
RELATIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "self": mark("The patient's own phone"),
        "mother": mark("The phone of the patient's mother"),
        "father": mark("The phone of the patient's father"),
        "child": mark("The phone of the patient's son or daughter"),
        "partner": mark("The phone of the patient's partner"),
        "carer": mark("The phone of the patient's carer"),
        "other": mark("Somebody else's phone"),
    }
)
#: how it was asked for
HOW: Final[Mapping[str, str]] = MappingProxyType(
    {
        "kiosk": mark("at the kiosk"),
        "web": mark("on the phone's page"),
        "phone": mark("by phone"),
        "hold": mark("waits on the line"),
        "taken": mark("waits on the line"),
        "desk": mark("by the staff"),
        "api": mark("by another program"),
        "campaign": mark("follow-up"),
    }
)
#: why nobody can be dialled → words and what to do
CLOSED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "no-exchange": mark("there is no telephone exchange"),
        "link": mark("the exchange does not answer"),
        "replaced": mark("another program has taken the exchange"),
        "trunk": mark("the line to outside does not work"),
    }
)
