"""Who is next: primary services before overflow, classes strictly, then the oldest; and why."""

import random

import pytest

from turnero.queue.facts import Why
from turnero.queue.routing import SENTENCES, Head, choose, why, why_sentence

NOW = 1_000_000


def head(ticket: str, rank_ms: int, class_rank: int = 20, tier: int = 0) -> Head:
    return Head(
        line=1,
        ticket=ticket,
        number=ticket.upper(),
        service="caja",
        attention=f"class-{class_rank}",
        tier=tier,
        class_rank=class_rank,
        rank_ms=rank_ms,
        rank_seq=0,
        entered_ms=rank_ms,
    )


def chosen(*heads: Head) -> tuple[str, str]:
    """Who is called and by which rule, whatever the order of the candidates."""
    results = set()
    for seed in range(5):
        shuffled = random.Random(seed).sample(heads, len(heads))
        choice = choose(shuffled, NOW)
        assert choice is not None
        results.add((choice.head.ticket, choice.rule))
    (result,) = results
    return result


def test_nobody_waiting_is_nobody_called() -> None:
    assert choose([], NOW) is None


def test_the_only_one_is_called() -> None:
    assert chosen(head("a", 5)) == ("a", "only")


def test_the_first_of_a_longer_line_is_not_the_only_one() -> None:
    assert chosen(head("a", 5)._replace(waiting=3)) == ("a", "oldest")


def test_the_oldest_of_a_class_goes_first() -> None:
    assert chosen(head("a", 7), head("b", 5), head("c", 6)) == ("b", "oldest")


def test_a_better_class_goes_before_an_older_ticket() -> None:
    assert chosen(head("a", 5, 20), head("b", 900, 10)) == ("b", "class")


def test_a_better_class_that_is_also_the_oldest_needs_no_rule_of_class() -> None:
    assert chosen(head("a", 50, 20), head("b", 9, 10)) == ("b", "oldest")


def test_overflow_waits_while_anybody_waits_for_a_primary_service() -> None:
    assert chosen(head("a", 900, 30), head("b", 5, 10, tier=1)) == ("a", "primary")


def test_overflow_is_called_when_no_primary_one_waits() -> None:
    assert chosen(head("a", 7, 20, tier=1), head("b", 5, 20, tier=1)) == ("b", "overflow")
    assert chosen(head("a", 7, 20, tier=1)) == ("a", "overflow")


def test_in_the_same_millisecond_the_journals_order_decides() -> None:
    first, second = head("a", 5), head("b", 5)._replace(rank_seq=1)
    assert chosen(second, first) == ("a", "oldest")


def test_the_why_tells_the_winner_first_and_all_candidates() -> None:
    heads = [head("a", 5, 20), head("b", 900, 10), head("c", 3, 10, tier=1)]
    choice = choose(heads, NOW)
    assert choice is not None
    reasons = why(choice.rule, heads, choice.head, NOW)
    assert [seen.ticket for seen in reasons.heads] == ["b", "a", "c"]
    assert reasons.heads[0].waited_ms == NOW - 900
    assert reasons.rule == "class"


@pytest.mark.parametrize("rule", SENTENCES)
def test_each_rule_has_a_sentence_that_its_figures_fill(rule: str) -> None:
    heads = [head("a", NOW - 12 * 60_000)]
    reasons = Why(rule) if rule == "nobody" else why(rule, heads, heads[0], NOW)
    msgid, params = why_sentence(reasons)
    said = msgid % params
    assert said.endswith(".")
    assert "%" not in said


def test_the_sentence_counts_whole_minutes() -> None:
    heads = [head("a", NOW - 12 * 60_000 - 59_000), head("b", NOW)]
    assert why_sentence(why("oldest", heads, heads[0], NOW)) == (
        SENTENCES["oldest"],
        {"number": "A", "attention": "class-20", "minutes": 12},
    )
