"""The report's callbacks: how far each came, on the day on which it ended."""

from itertools import count
from typing import Any

import msgspec

from tests.queue.hall import MORNING_MS
from turnero.queue.call_facts import CallbackEnded, CallbackReopened
from turnero.queue.report import Phoned, Waits, fold
from turnero.store.facts import Entry, Fact

LIMA = "America/Lima"
DAY, HOUR_MS = "2026-03-02", 3_600_000

_seqs = count(1)


def told(fact: Fact, hours: float = 0) -> Entry:
    """A fact, so many hours after nine in the morning."""
    kind = str(fact.__struct_config__.tag)
    at_ms = MORNING_MS + round(hours * HOUR_MS)
    return Entry(1, next(_seqs), at_ms, "system", kind, msgspec.json.encode(fact))


def ended(callback: str, how: str, *, service: str = "caja", **more: Any) -> CallbackEnded:
    """A callback's end; it came no further than is said."""
    reached: dict[str, Any] = {"attempts": 0, "dialled": False, "answered": False, "joined": False}
    about: dict[str, Any] = {
        "callback": callback,
        "ticket": "t",
        "number": "C1",
        "service": service,
    }
    return CallbackEnded(how=how, **about, **(reached | more))


RUNG: Any = {"dialled": True}
ANSWERED: Any = {"dialled": True, "answered": True}
SPOKE: Any = ANSWERED | {"joined": True}


def phoned(*entries: Entry, day: str = DAY) -> tuple[Phoned, ...]:
    """The report's part."""
    return fold(entries, day, LIMA).phoned


def test_each_is_one_of_four_and_the_four_are_all() -> None:
    (one,) = phoned(
        told(ended("a", "done", **SPOKE, waited_ms=600_000)),
        told(ended("b", "done", **SPOKE, waited_ms=1_200_000)),
        told(ended("c", "unreachable", **ANSWERED)),
        told(ended("d", "unreachable", **RUNG)),
        told(ended("e", "expired")),
        told(ended("f", "merged")),
        told(ended("g", "cancelled", **RUNG)),
    )
    assert one == Phoned("caja", 7, 2, 1, 2, 2, Waits(2, 900, 1200, 1200))
    assert one.joined + one.answered + one.dialled + one.never == one.ended


def test_who_was_dialled_by_hand_was_spoken_with() -> None:
    (one,) = phoned(told(ended("a", "done")), told(ended("b", "done", **RUNG)))
    assert (one.ended, one.joined, one.dialled, one.never, one.waits) == (2, 2, 0, 0, None)


def test_who_rang_us_and_spoke_was_never_rung_and_spoke() -> None:
    (one,) = phoned(told(ended("a", "done", joined=True, waited_ms=60_000)))
    assert (one.joined, one.never) == (1, 0)


def test_an_end_that_was_taken_back_is_none_and_a_second_one_counts() -> None:
    back = CallbackReopened(callback="a", ticket="t", number="C1", service="caja")
    first = told(ended("a", "cancelled"))
    assert phoned(first, told(back)) == ()
    (one,) = phoned(first, told(back), told(ended("a", "done", **SPOKE)))
    assert (one.ended, one.joined, one.never) == (1, 1, 0)


def test_the_day_is_the_site_s_own_and_services_are_apart() -> None:
    # 23:59 in Lima and a minute later, which is the next day there.
    entries = (
        told(ended("a", "expired", service="lab"), 14.98),
        told(ended("b", "expired"), 15),
        told(ended("c", "expired"), 0),
    )
    assert [(one.service, one.ended) for one in phoned(*entries)] == [("caja", 1), ("lab", 1)]
    assert [one.ended for one in phoned(*entries, day="2026-03-03")] == [1]
