"""What was acknowledged and what the journal holds: every way in which they can differ is found."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from turnero.server.replay.check import disagreements
from turnero.server.replay.client import Act, Fact

Day = tuple[list[Act], list[Fact]]


def _act(kind: Any, at: float, ticket: str, number: str, desk: str = "") -> Act:
    return Act(
        kind=kind,
        service="cash",
        desk=desk,
        sent=at,
        done=at + 0.5,
        ticket=ticket,
        number=number,
    )


def _fact(seq: int, kind: str, ticket: str, number: str, **more: Any) -> Fact:
    data = {"ticket": ticket, "number": number, "service": "cash", "attention": "ordinary", **more}
    return Fact(seq=seq, at="2026-01-01T00:00:00Z", actor="token:7", kind=kind, data=data)


def _empty(sent: float) -> Act:
    return Act(kind="call", service="cash", desk="x.2", sent=sent, done=sent + 0.5)


@pytest.fixture
def day() -> Day:
    """Two people come, one is called and served."""
    acts = [
        _act("issue", 1, "t1", "C001"),
        _act("issue", 2, "t2", "C002"),
        _act("call", 3, "t1", "C001", "x.1"),
        _act("finish", 4, "t1", "C001", "x.1"),
    ]
    facts = [
        _fact(11, "ticket-issued", "t1", "C001", day="d"),
        _fact(12, "ticket-issued", "t2", "C002", day="d"),
        _fact(13, "ticket-called", "t1", "C001", desk="x.1"),
        _fact(14, "service-finished", "t1", "C001", desk="x.1"),
    ]
    return acts, facts


def test_a_day_on_which_all_is_well_has_none(day: Day) -> None:
    assert disagreements(*day) == []


def _number_changed(acts: list[Act], facts: list[Fact]) -> None:
    acts[0].number = "C009"


def _lost(acts: list[Act], facts: list[Fact]) -> None:
    facts[1] = _fact(12, "session-opened", "", "")


def _call_lost(acts: list[Act], facts: list[Fact]) -> None:
    facts[2] = _fact(13, "ticket-called", "t1", "C001", desk="x.2")


def _never_told(acts: list[Act], facts: list[Fact]) -> None:
    del acts[1]


def _number_twice(acts: list[Act], facts: list[Fact]) -> None:
    acts[1].number = facts[1].data["number"] = "C001"


def _two_desks(acts: list[Act], facts: list[Fact]) -> None:
    facts.append(_fact(15, "ticket-called", "t1", "C001", desk="x.2"))
    acts.append(_act("call", 5, "t1", "C001", "x.2"))


def _wrong_order(acts: list[Act], facts: list[Fact]) -> None:
    facts[0].seq, facts[1].seq = 12, 11
    facts[0], facts[1] = facts[1], facts[0]


def _not_the_oldest(acts: list[Act], facts: list[Fact]) -> None:
    acts[2:] = [_act("call", 3, "t2", "C002", "x.1")]
    facts[2:] = [_fact(13, "ticket-called", "t2", "C002", desk="x.1")]


def _gap(acts: list[Act], facts: list[Fact]) -> None:
    facts[3].seq = 15


def _refused(acts: list[Act], facts: list[Fact]) -> None:
    acts[3].refused, acts[3].code = 409, "move-illegal"


def _falsely_empty(acts: list[Act], facts: list[Fact]) -> None:
    acts.append(_empty(5))


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_number_changed, "issue C009 was acknowledged, but fact 11 says C001"),
        (_lost, "issue C002 was acknowledged, but the journal has it 0 times"),
        (_call_lost, "call C001 at x.1 was acknowledged, but the journal has it 0 times"),
        (_never_told, "fact 12 (ticket-issued C002) was never acknowledged"),
        (_number_twice, "number C001 is in the journal of d 2 times"),
        (_two_desks, "C001 was called to x.1 (fact 13) and to x.2 (fact 15)"),
        (_wrong_order, "issue C002 was sent after issue C001 had been acknowledged"),
        (_not_the_oldest, "C002 was called (fact 13) before C001"),
        (_gap, "the journal goes from 13 to 15"),
        (_refused, "finish C001 at x.1 was refused (409 move-illegal)"),
        (_falsely_empty, "x.2 was told that nobody waits while 1 did"),
    ],
)
def test_each_kind_of_disagreement_is_found(
    day: Day, spoil: Callable[[list[Act], list[Fact]], None], said: str
) -> None:
    acts, facts = deepcopy(day)
    spoil(acts, facts)
    found = disagreements(acts, facts)
    assert any(said in one for one in found), found


def test_acts_under_way_together_may_stand_in_either_order(day: Day) -> None:
    acts, facts = day
    acts[0].done = 2.1
    _wrong_order(acts, facts)
    facts[2:], acts[2:] = [], []
    assert disagreements(acts, facts) == []


def test_nobody_waits_is_believed_while_the_last_call_is_under_way(day: Day) -> None:
    acts, facts = day
    empty = _empty(1.4)
    empty.done = 9.0
    acts.append(empty)
    assert disagreements(acts, facts) == []


def test_what_others_do_at_the_same_time_is_no_disagreement(day: Day) -> None:
    acts, facts = day
    other = _fact(15, "ticket-issued", "t9", "C003", day="d")
    other.actor = "token:1"
    assert disagreements(acts, [*facts, other]) == []
