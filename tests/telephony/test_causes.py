"""What Asterisk says, read: how a leg ended, by the table as it was measured, and who rings."""

from typing import Any

import pytest

from turnero.telephony.asterisk.causes import outcome
from turnero.telephony.asterisk.events import Translator, caller
from turnero.telephony.exchange import Ended, Outcome, Phone, Ringing

MEASURED = [
    ("SIP 486 Busy Here", 17, Outcome.BUSY),
    ("SIP 600 Busy Everywhere", 17, Outcome.BUSY),
    ("SIP 603 Decline", 21, Outcome.DECLINED),
    ("SIP 480 Temporarily Unavailable", 19, Outcome.NO_ANSWER),
    ("SIP 404 Not Found", 1, Outcome.BAD_NUMBER),
    ("SIP 410 Gone", 22, Outcome.BAD_NUMBER),
    ("SIP 484 Address Incomplete", 28, Outcome.BAD_NUMBER),
    ("SIP 403 Forbidden", 21, Outcome.TRUNK_FAULT),
    ("SIP 488 Not Acceptable Here", 58, Outcome.TRUNK_FAULT),
    ("SIP 408 Request Timeout", 18, Outcome.TRUNK_FAULT),
    ("SIP 500 Server Internal Error", 38, Outcome.TRUNK_FAULT),
    ("SIP 503 Service Unavailable", 34, Outcome.TRUNK_FAULT),
    ("SIP 599 Some New Word", 0, Outcome.TRUNK_FAULT),
    # another technology than SIP, or nothing handed on
    ("", 17, Outcome.BUSY),
    ("", 1, Outcome.BAD_NUMBER),
    ("", 21, Outcome.DECLINED),
    ("", 3, Outcome.TRUNK_FAULT),
    ("", 52, Outcome.TRUNK_FAULT),
    ("", 0, Outcome.UNKNOWN),
    ("SIP 402 Payment Required", 0, Outcome.UNKNOWN),
]


@pytest.mark.parametrize(("said", "cause", "expected"), MEASURED)
def test_what_the_far_end_said_counts(said: str, cause: int, expected: Outcome) -> None:
    assert outcome(said, cause, rang=False)[0] is expected


def test_cause_19_is_no_answer_only_if_it_rang() -> None:
    assert outcome("", 19, rang=True) == (Outcome.NO_ANSWER, "19")
    assert outcome("", 19, rang=False) == (Outcome.TRUNK_FAULT, "19")


def _channel(state: str = "Down") -> dict[str, Any]:
    return {
        "id": "tn-1",
        "name": "Local/+51987654305@turnero-dial-0001;1",
        "state": state,
        "channelvars": {"TURNERO_LEG": "tn-1"},
    }


def _over(known: Translator, cause: int = 19) -> Ended:
    gone = {"type": "ChannelDestroyed", "cause": cause, "channel": _channel()}
    (ended,) = known.events(gone)
    assert isinstance(ended, Ended)
    return ended


def test_of_a_leg_that_was_heard_all_along_silence_is_the_trunk_s_fault() -> None:
    known = Translator("")
    known.placing("tn-1")
    ended = _over(known)
    assert (ended.outcome, ended.rang, ended.unsaid) == (Outcome.TRUNK_FAULT, False, True)


def test_of_one_that_was_not_silence_says_nothing_yet() -> None:
    # A network's own ringing (183) leaves the channel's state as it was: only who heard it knows.
    started_since = Translator("")
    ended = _over(started_since)
    assert (ended.outcome, ended.rang, ended.unsaid) == (Outcome.UNKNOWN, False, True)
    lost_link = Translator("")
    lost_link.placing("tn-1")
    lost_link.only({"tn-1"})
    assert _over(lost_link).outcome is Outcome.UNKNOWN


def test_what_was_said_counts_whoever_heard_it() -> None:
    assert _over(Translator(""), 17) == Ended("tn-1", Outcome.BUSY, "17", rang=False)
    early = {"type": "Dial", "dialstatus": "PROGRESS", "peer": _channel()}
    known = Translator("")
    known.placing("tn-1")
    assert known.events(early) == [Ringing("tn-1")]
    known.only({"tn-1"})
    assert _over(known) == Ended("tn-1", Outcome.NO_ANSWER, "19", rang=True)


@pytest.mark.parametrize(
    ("written", "region", "read"),
    [
        ("+51987654482", "", "+51987654482"),
        ("987654482", "PE", "+51987654482"),
        ("0051987654482", "PE", "+51987654482"),
        ("016117300", "PE", "+5116117300"),
        ("3001234567", "CO", "+573001234567"),
        ("00573001234567", "CO", "+573001234567"),
        ("0051987654482", "", "+51987654482"),
        ("987654482", "", None),
        ("anonymous", "PE", None),
        ("", "PE", None),
        ("201", "PE", None),
        ("+", "PE", None),
        ("000000000", "PE", None),
        ("*72987654482", "PE", None),
    ],
)
def test_a_caller_is_known_by_a_whole_number_only(
    written: str, region: str, read: str | None
) -> None:
    assert caller(written, region) == (Phone(read) if read else None)
