"""The policy of who is next, on plain heads: each rule, the reasons it gives, and what it keeps."""

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnero.queue.facts import Why
from turnero.queue.routing import (
    OUTSIDE,
    SENTENCES,
    Head,
    Order,
    choose,
    rederive,
    turns_after,
    why,
    why_sentence,
)

MINUTE = 60_000
NOW = 1_000 * MINUTE
STRICT, POINTS, SHARE = Order("strict"), Order("accumulating"), Order("share")


def head(ticket: str, waited: float, class_rank: int = 20, tier: int = 0, **more: Any) -> Head:
    """Somebody who came so many minutes ago; class 20 is the usual one, 10 preferred, 0 clinical."""
    rank_ms = NOW - round(waited * MINUTE)
    preferred = 0 < class_rank < 20
    return Head(
        line=more.pop("line", ord(ticket[0])),
        ticket=ticket,
        number=ticket.upper(),
        service="caja",
        attention=f"class-{class_rank}",
        tier=tier,
        class_rank=class_rank,
        rank_ms=rank_ms,
        rank_seq=more.pop("rank_seq", 0),
        entered_ms=rank_ms,
        clinical=class_rank == 0,
        preferred=preferred,
        target_ms=more.pop("target", 15 if preferred else 30) * MINUTE,
        **more,
    )


def chosen(*heads: Head, order: Order = STRICT) -> tuple[str, str]:
    """Who is called and by which rule, whatever the order of the candidates."""
    results = set()
    for seed in range(5):
        shuffled = random.Random(seed).sample(heads, len(heads))
        choice = choose(shuffled, NOW, order)
        assert choice is not None
        results.add((choice.head.ticket, choice.rule))
    (result,) = results
    return result


@pytest.mark.parametrize("order", [STRICT, POINTS, SHARE])
def test_who_is_last_is_behind_everybody_whatever_the_wait_the_rule_and_the_desk(
    order: Order,
) -> None:
    last = head("f", 5_000, 30, last=True, passed=9)
    assert chosen(last, head("b", 1, tier=3), order=order) == ("b", "other-class")
    assert chosen(last, head("b", 1), order=order)[0] == "b"
    assert chosen(last, head("b", -30), order=order) == ("b", "early")
    assert chosen(last, head("b", 1, 10), order=order)[0] == "b"
    assert chosen(last, order=order) == ("f", "only")


@pytest.mark.parametrize("order", [STRICT, POINTS, SHARE])
def test_nobody_waiting_is_nobody_called(order: Order) -> None:
    assert choose([], NOW, order) is None


@pytest.mark.parametrize("order", [STRICT, POINTS, SHARE])
class TestUnderEveryRule:
    """What no rule changes."""

    def test_the_only_one_is_called(self, order: Order) -> None:
        assert chosen(head("a", 5), order=order) == ("a", "only")

    def test_the_first_of_a_longer_line_is_not_the_only_one(self, order: Order) -> None:
        assert chosen(head("a", 5, waiting=3), order=order) == ("a", "oldest")

    def test_the_oldest_of_a_class_goes_first(self, order: Order) -> None:
        heads = head("a", 5), head("b", 9), head("c", 7)
        assert chosen(*heads, order=order) == ("b", "oldest")

    def test_a_better_class_that_is_also_the_oldest_is_called_for_its_age(
        self, order: Order
    ) -> None:
        assert chosen(head("a", 5, 20), head("b", 50, 10), order=order) == ("b", "oldest")

    def test_clinical_classes_are_strict_however_long_the_others_waited(self, order: Order) -> None:
        heads = head("a", 900, 20, passed=9), head("b", 500, 10), head("c", 1, 0)
        assert chosen(*heads, order=order) == ("c", "clinical")

    def test_overflow_waits_while_anybody_waits_for_a_primary_service(self, order: Order) -> None:
        heads = head("a", 1, 30), head("b", 900, 10, tier=1)
        assert chosen(*heads, order=order) == ("a", "primary")

    def test_overflow_is_called_when_no_primary_one_waits(self, order: Order) -> None:
        assert chosen(head("a", 7, tier=1), head("b", 9, tier=1), order=order) == ("b", "overflow")
        assert chosen(head("a", 7, tier=1), order=order) == ("a", "overflow")

    def test_a_clinical_one_is_first_at_every_desk_that_may_serve_it(self, order: Order) -> None:
        assert chosen(head("a", 900), head("b", 1, 0, tier=1), order=order) == ("b", "clinical")
        overflow = head("a", 90, tier=1), head("b", 9, 0, tier=1)
        assert chosen(*overflow, order=order) == ("b", "clinical")
        assert chosen(head("a", 1), head("b", 9, 0, tier=1), order=order) == ("b", "oldest")

    def test_a_dedicated_desk_calls_its_own_classes_first(self, order: Order) -> None:
        heads = head("a", 1, 10), head("b", 900, 20, tier=2)
        assert chosen(*heads, order=order) == ("a", "own-class")

    def test_a_dedicated_desk_helps_the_others_when_none_of_its_own_waits(
        self, order: Order
    ) -> None:
        heads = head("a", 9, 20, tier=2), head("b", 90, 20, tier=3)
        assert chosen(*heads, order=order) == ("a", "other-class")

    def test_in_the_same_millisecond_the_journals_order_decides(self, order: Order) -> None:
        first, second = head("a", 5), head("b", 5, rank_seq=1)
        assert chosen(second, first, order=order) == ("a", "oldest")

    def test_an_appointment_to_come_waits_for_those_whose_time_has_come(self, order: Order) -> None:
        heads = head("a", -30, 10), head("b", 0, 20)
        assert chosen(*heads, order=order) == ("b", "oldest")

    def test_before_their_time_the_earliest_appointment_goes_first(self, order: Order) -> None:
        heads = head("a", -30, 10), head("b", -10, 20)
        assert chosen(*heads, order=order) == ("b", "early")

    def test_two_classes_that_tie_go_by_rank(self, order: Order) -> None:
        heads = head("a", 10, 20, target=15), head("b", 10, 10, target=15, rank_seq=1)
        ticket, rule = chosen(*heads, order=order)
        assert ticket == "b"
        assert rule in ("class", "points")


def test_strictly_a_better_class_goes_before_an_older_ticket() -> None:
    assert chosen(head("a", 500, 20), head("b", 1, 10)) == ("b", "class")


@pytest.mark.parametrize(
    ("ordinary", "preferential", "first"),
    [(20, 9, "a"), (20, 11, "b"), (0.1, 0.04, "a"), (0.1, 0.06, "b"), (600, 299, "a")],
)
def test_points_are_time_over_target(ordinary: float, preferential: float, first: str) -> None:
    """Half the target ages twice as fast: with the rates swapped, or by age, these turn over."""
    heads = head("a", ordinary, 20), head("b", preferential, 10)
    rule = "oldest" if first == "a" else "points"
    assert chosen(*heads, order=POINTS) == (first, rule)


def test_points_of_services_with_other_targets_compare_too() -> None:
    quick, slow = head("a", 10, target=20), head("b", 29, target=60)
    assert chosen(quick, slow, order=POINTS) == ("a", "points")


def test_points_tell_a_millisecond_apart_after_years() -> None:
    late = head("a", 0, 20, target=7)._replace(rank_ms=NOW - 7 * 10**11)
    soon = head("b", 0, 10, target=3)._replace(rank_ms=NOW - 3 * 10**11)
    assert chosen(late, soon, order=POINTS) == ("b", "points")
    assert chosen(late._replace(rank_ms=late.rank_ms - 1), soon, order=POINTS) == ("a", "oldest")


class TestShare:
    """Preferred ones first, and of so many calls so many for the others."""

    def test_preferred_goes_first_until_the_others_turn(self) -> None:
        preferred = head("b", 1, 10)
        for passed in (0, 1, 2):
            heads = head("a", 90, 20, passed=passed), preferred
            assert chosen(*heads, order=SHARE) == ("b", "class")
        assert chosen(head("a", 90, 20, passed=3), preferred, order=SHARE) == ("a", "share")

    def test_a_turn_never_calls_anybody_before_their_age(self) -> None:
        """Where nearly everybody is preferred it is plain order."""
        heads = head("a", 9, 20, passed=3), head("b", 10, 10)
        assert chosen(*heads, order=SHARE) == ("b", "oldest")
        older_too = *heads[:1], head("b", 1, 10), head("c", 10, 11)
        assert chosen(*older_too, order=SHARE) == ("b", "class")

    def test_a_turn_is_the_oldest_ones_of_all_that_are_not_preferred(self) -> None:
        heads = head("a", 50, 20), head("b", 40, 20, passed=3), head("c", 1, 10)
        assert chosen(*heads, order=SHARE) == ("a", "share")

    def test_turns_of_another_tier_do_not_count(self) -> None:
        heads = head("a", 90, 20, tier=1, passed=3), head("b", 1, 10)
        assert chosen(*heads, order=SHARE) == ("b", "primary")
        assert turns_after(heads[1], heads, NOW, SHARE) == {}

    def test_a_preferred_call_counts_for_each_line_that_it_passes(self) -> None:
        heads = head("a", 9, 20, passed=1), head("b", 9, 21), head("c", 1, 10), head("d", 0.5, 10)
        assert turns_after(heads[2], heads, NOW, SHARE) == {ord("a"): 2, ord("b"): 1}

    def test_one_turn_is_kept_and_not_two(self) -> None:
        heads = head("a", 1, 20, passed=3), head("c", 9, 10)
        assert turns_after(heads[1], heads, NOW, SHARE) == {}

    def test_a_turn_taken_is_taken_from_all_who_were_passed(self) -> None:
        heads = head("a", 9, 20, passed=3), head("b", 8, 20, passed=2), head("c", 1, 10)
        assert turns_after(heads[0], heads, NOW, SHARE) == {ord("a"): 0, ord("b"): 0}

    def test_nothing_is_owed_to_who_was_called_because_no_preferred_one_waited(self) -> None:
        heads = head("a", 9, 20, passed=2), head("b", 8, 20)
        assert turns_after(heads[0], heads, NOW, SHARE) == {ord("a"): 0}

    def test_a_clinical_call_and_other_rules_count_nothing(self) -> None:
        heads = head("a", 9, 20), head("c", 1, 0), head("d", 1, 10)
        assert turns_after(heads[1], heads, NOW, SHARE) == {}
        for order in (STRICT, POINTS):
            assert turns_after(heads[2], heads, NOW, order) == {}

    @pytest.mark.parametrize(
        ("first", "rest", "calls"), [(3, 1, "pppo"), (3, 2, "ppopo"), (1, 2, "poo"), (2, 2, "po")]
    )
    def test_of_every_n_and_m_calls_n_are_preferred(
        self, first: int, rest: int, calls: str
    ) -> None:
        order = Order("share", first, rest)
        passed, called = 0, ""
        for _ in range(5 * len(calls)):
            heads = head("o", 90, 20, passed=passed), head("p", 1, 10)
            choice = choose(heads, NOW, order)
            assert choice is not None
            passed = turns_after(choice.head, heads, NOW, order).get(ord("o"), passed)
            called += choice.head.ticket
        assert called == 5 * calls


def test_past_somebody_whom_the_desk_cannot_ring_it_says_so() -> None:
    here, by_phone = head("a", 5), head("b", 10)
    choice = choose([here], NOW, STRICT)
    assert choice is not None
    assert choice.rule == "only"
    past = why(choice.rule, [here], choice.head, NOW, STRICT, [by_phone])
    assert (past.rule, [one.ticket for one in past.left]) == ("not-by-phone", ["b"])
    assert rederive(past) == "a"
    # Nobody older went past: yet it is not the only one.
    behind = why(choice.rule, [here], choice.head, NOW, STRICT, [head("c", 1)])
    assert behind.rule == "oldest"


def test_the_why_tells_the_winner_first_and_all_candidates() -> None:
    heads = [head("a", 50, 20), head("b", 9, 10), head("c", 60, 10, tier=1)]
    choice = choose(heads, NOW, STRICT)
    assert choice is not None
    reasons = why(choice.rule, heads, choice.head, NOW, STRICT)
    assert [seen.ticket for seen in reasons.heads] == ["b", "a", "c"]
    assert reasons.heads[0].waited_ms == 9 * MINUTE
    assert (reasons.rule, reasons.order) == ("class", STRICT)


_HEADS = st.lists(
    st.builds(
        head,
        st.sampled_from([f"{n}" for n in range(100)]),
        st.integers(-5, 40) | st.sampled_from([10, 20]),
        st.sampled_from([0, 1, 10, 11, 20, 21]),
        st.sampled_from([0, 0, 0, 1, 2, 3]),
        target=st.sampled_from([7, 15, 30]),
        passed=st.integers(0, 4),
        waiting=st.integers(1, 3),
        rank_seq=st.integers(0, 3),
    ),
    min_size=1,
    max_size=8,
    unique_by=(lambda one: one.ticket, lambda one: (one.rank_ms, one.rank_seq)),
).map(lambda heads: [one._replace(line=n) for n, one in enumerate(heads)])
_ORDERS = st.builds(
    Order,
    st.sampled_from(["strict", "accumulating", "share"]),
    st.integers(1, 4),
    st.integers(1, 3),
)


@given(_HEADS, _ORDERS, st.randoms())
def test_the_same_candidates_give_the_same_choice_and_its_why_gives_it_again(
    heads: list[Head], order: Order, randomly: random.Random
) -> None:
    choice = choose(heads, NOW, order)
    assert choice is not None
    shuffled = heads[:]
    randomly.shuffle(shuffled)
    assert choose(shuffled, NOW, order) == choice
    reasons = why(choice.rule, shuffled, choice.head, NOW, order)
    assert rederive(reasons) == choice.head.ticket == reasons.heads[0].ticket
    assert reasons.rule in SENTENCES


@given(_HEADS, _ORDERS, st.integers(0, 10**9))
def test_the_choice_is_the_same_whatever_the_clock_counts_from(
    heads: list[Head], order: Order, later: int
) -> None:
    moved = [one._replace(rank_ms=one.rank_ms + later) for one in heads]
    before, after = choose(heads, NOW, order), choose(moved, NOW + later, order)
    assert before is not None
    assert after is not None
    assert before.head.ticket == after.head.ticket


@given(_HEADS, _ORDERS)
def test_who_was_chosen_by_hand_says_who_was_due(heads: list[Head], order: Order) -> None:
    due = choose(heads, NOW, order)
    assert due is not None
    by_hand = head("z", 10**4, 0, tier=OUTSIDE)
    assert rederive(why("chosen", [by_hand, *heads], by_hand, NOW, order)) == due.head.ticket
    assert rederive(why("chosen", heads, heads[-1], NOW, order)) == due.head.ticket
    assert rederive(why("chosen", [by_hand], by_hand, NOW, order)) is None


@pytest.mark.parametrize("rule", SENTENCES)
def test_each_rule_has_a_sentence_that_its_figures_fill(rule: str) -> None:
    heads = [head("a", 12)]
    reasons = Why(rule) if rule == "nobody" else why(rule, heads, heads[0], NOW, STRICT)
    msgid, params = why_sentence(reasons)
    said = msgid % params
    assert said.endswith(".")
    assert "%" not in said


def test_the_sentence_counts_whole_minutes_and_says_the_target() -> None:
    heads = [head("a", 12.99, 10), head("b", 0)]
    assert why_sentence(why("points", heads, heads[0], NOW, POINTS)) == (
        SENTENCES["points"],
        {"number": "A", "attention": "class-10", "minutes": 12, "target": 15},
    )
