"""What the order of calls promises to whoever waits, whatever the day brings.

Days are drawn by hypothesis and played through `routing.choose`; figures of a hall at 95 % load come
from long runs of the same.
"""

import random
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.queue.pure_line import Estimate, Hall, Kind, Seen, batches, estimate, minutes, play
from turnero.queue.routing import Choice, Head, Order, choose, rederive, why
from turnero.server.simulate import formulas

ACCUMULATING, STRICT = Order("accumulating", 3, 1), Order("strict", 3, 1)
SHARE = Order("share", 3, 1)
#: people that a drawn day has
DAY = 400

targets = st.lists(st.integers(1, 240), min_size=2, max_size=4)


@st.composite
def halls(draw: st.DrawFn, order: Order = ACCUMULATING) -> Hall:
    """A hall of two to four classes, with more or less to do than its desks can."""
    kinds = tuple(
        Kind(draw(st.floats(0.5, 20)), rank=10 * (n + 1), target_minutes=target)
        for n, target in enumerate(draw(targets))
    )
    return Hall(kinds, order, draw(st.integers(1, 5)), draw(st.floats(2, 20)))


@settings(deadline=None, max_examples=60)
@given(halls(), st.integers(0, 10_000))
def test_nobody_is_overtaken_by_who_came_late_in_their_wait(hall: Hall, seed: int) -> None:
    """Who waited w is passed only by those who came in the first w(1 - b_low/b_high) of it."""
    called = sorted(
        (one for one in play(choose, hall, DAY, seed) if one.called >= one.came),
        key=lambda one: one.called,
    )
    latest: dict[int, float] = {}
    for one in called:
        for kind, came in latest.items():
            waited = int(one.called) - int(one.came)
            low, high = hall.kinds[one.kind].target_minutes, hall.kinds[kind].target_minutes
            # b is one over the target; the clock has whole milliseconds.
            bound = waited * (1 - high / low)
            if came > one.came:
                assert int(came) - int(one.came) <= max(0, bound) + 1
        latest[one.kind] = max(latest.get(one.kind, 0.0), one.came)


@settings(deadline=None, max_examples=40)
@given(halls(), st.integers(0, 10_000))
def test_nobody_of_a_class_is_overtaken_by_its_own(hall: Hall, seed: int) -> None:
    for order in (ACCUMULATING, STRICT, SHARE):
        seen = play(choose, hall._replace(order=order), DAY, seed)
        for kind in range(len(hall.kinds)):
            calls = [one.called for one in seen if one.kind == kind and one.called >= one.came]
            assert calls == sorted(calls)


class Drawn(NamedTuple):
    """Heads, the moment and the order."""

    heads: list[Head]
    now_ms: int
    order: Order


@st.composite
def moments(draw: st.DrawFn) -> Drawn:
    """A moment at a desk."""
    heads = []
    for line in range(draw(st.integers(1, 8))):
        clinical = draw(st.sampled_from([False, False, False, True]))
        came = draw(st.integers(0, 100))
        heads.append(
            Head(
                line=line,
                ticket=f"{line:032x}",
                number=f"A{line:03d}",
                service=draw(st.sampled_from(["caja", "citas"])),
                attention=f"class-{line % 3}",
                tier=draw(st.integers(0, 3)),
                class_rank=draw(st.sampled_from([10, 20, 30])),
                rank_ms=came * 60_000,
                rank_seq=line,
                entered_ms=came * 60_000,
                waiting=draw(st.integers(1, 3)),
                clinical=clinical,
                preferred=not clinical and draw(st.booleans()),
                target_ms=draw(st.integers(1, 60)) * 60_000,
                passed=draw(st.integers(0, 4)),
                last=not clinical and draw(st.booleans()),
            )
        )
    order = Order(draw(st.sampled_from(["strict", "accumulating", "share"])), 3, 1)
    return Drawn(heads, draw(st.integers(0, 120)) * 60_000, order)


@settings(deadline=None, max_examples=300)
@given(moments(), st.randoms(use_true_random=False))
def test_the_same_heads_give_the_same_choice_in_whatever_order_they_come(
    drawn: Drawn, shuffle: random.Random
) -> None:
    first = choose(drawn.heads, drawn.now_ms, drawn.order)
    again = list(drawn.heads)
    shuffle.shuffle(again)
    assert choose(again, drawn.now_ms, drawn.order) == first
    assert first is not None
    assert first.head in drawn.heads
    assert first.head.last <= min(one.last for one in drawn.heads)
    seen = why(first.rule, drawn.heads, first.head, drawn.now_ms, drawn.order)
    assert rederive(seen) == first.head.ticket


# --- at 95 % load -----------------------------------------------------------------------------------

MU, DESKS, LOAD = 6.0, 3, 0.95
ALL = LOAD * MU * DESKS
PEOPLE, PARTS = 150_000, 49
#: what everybody waits when nobody goes first, minutes
PLAIN = 60 * formulas.mean_wait(ALL, MU, DESKS)


def peru(preferential: float, order: Order = SHARE) -> Hall:
    """Three desks at 95 % load, that part of the people preferential."""
    return Hall(
        (
            Kind(ALL * preferential, rank=10, target_minutes=15, preferred=True),
            Kind(ALL * (1 - preferential), rank=20, target_minutes=30),
        ),
        order,
        DESKS,
        MU,
    )


class Found(NamedTuple):
    """What came of a hall: minutes, with the half widths of 99 %."""

    preferential: Estimate
    ordinary: Estimate
    longest: float
    #: of the calls made while somebody ordinary waited, what part called one of them
    given: float
    #: most calls in a row that passed an ordinary one who had come before whoever was called
    passed: int


@cache
def found(hall: Hall) -> Found:
    """What people of a hall waited; each is simulated once."""
    calls, ordinary, passed, most = 0, 0, 0, 0

    def counted(heads: Sequence[Head], now_ms: int, order: Order) -> Choice | None:
        nonlocal calls, ordinary, passed, most
        choice = choose(heads, now_ms, order)
        others = [head for head in heads if not head.preferred]
        if choice is None or not others:
            return choice
        calls += 1
        if not choice.head.preferred:
            ordinary, passed = ordinary + 1, 0
        elif others[0].place < choice.head.place:
            passed += 1
            most = max(most, passed)
        return choice

    seen = play(counted, hall, PEOPLE, seed=1)
    parts = batches(seen, PARTS)
    of_all = [minutes(part) for part in parts]
    both = [estimate([minutes(part, kind) for part in parts], of_all, PLAIN) for kind in (0, 1)]
    longest = max(one.called - one.came for one in seen) / 60_000
    return Found(both[0], both[1], longest, ordinary / calls, most)


def by_cobham(preferential: float) -> list[float]:
    """The same under strict order, by theory, minutes."""
    parts = [ALL * preferential, ALL * (1 - preferential)]
    return [60 * one for one in formulas.strict(parts, MU, DESKS)]


@pytest.mark.parametrize("preferential", [0.2, 0.6, 0.9])
def test_in_peru_the_ordinary_keep_a_share_and_the_preferential_go_first(
    preferential: float,
) -> None:
    hall = found(peru(preferential))
    strict = by_cobham(preferential)
    # Never less than plain order gives them, never more than strict order does.
    assert hall.ordinary.mean + hall.ordinary.half > PLAIN
    assert hall.ordinary.mean - hall.ordinary.half < strict[1]
    assert hall.preferential.mean - hall.preferential.half < PLAIN
    assert hall.preferential.mean + hall.preferential.half > strict[0]
    assert hall.ordinary.half < 0.02 * hall.ordinary.mean
    assert hall.preferential.half < 0.08 * hall.preferential.mean


def test_strict_order_makes_the_ordinary_wait_twenty_times_as_long_and_the_share_less() -> None:
    strict, shared = found(peru(0.6, STRICT)), found(peru(0.6))
    assert strict.ordinary.holds(by_cobham(0.6)[1])
    assert strict.preferential.holds(by_cobham(0.6)[0])
    assert strict.ordinary.mean / strict.preferential.mean > 19
    assert shared.ordinary.mean / shared.preferential.mean < 11
    assert shared.ordinary.mean + shared.ordinary.half < strict.ordinary.mean - strict.ordinary.half
    # Never more than three in a row who came later, then one who was passed; so at least one
    # call in four, and more where the preferential line is empty now and then.
    assert shared.passed == 3
    assert strict.passed > 30
    assert 0.25 < shared.given < 0.5


def test_where_nearly_everybody_is_preferential_it_is_plain_order() -> None:
    hall = found(peru(0.9))
    assert abs(hall.preferential.mean - PLAIN) < 1
    assert hall.ordinary.mean < PLAIN + 5
    assert by_cobham(0.9)[1] > 6 * hall.ordinary.mean


def test_the_documentation_tells_these_figures() -> None:
    text = (Path(__file__).parents[2] / "docs" / "order.md").read_text("utf-8")
    table = text.partition("<!-- share -->")[2].partition("<!-- /share -->")[0]
    rows = [[cell.strip(" %") for cell in line.split("|")[1:-1]] for line in table.splitlines()[3:]]
    assert [row[0] for row in rows] == ["20", "60", "90"]
    for name, *cells in rows:
        shared, ordinary, *others = map(float, cells)
        hall = found(peru(int(name) / 100))
        assert hall.preferential.holds(shared)
        assert hall.ordinary.holds(ordinary)
        assert others == [*(round(one, 1) for one in by_cobham(int(name) / 100)), round(PLAIN, 1)]


@pytest.mark.parametrize(
    ("preferential", "order"), [(0.2, SHARE), (0.6, SHARE), (0.9, SHARE), (0.6, ACCUMULATING)]
)
def test_nobody_starves_at_95_percent_load(preferential: float, order: Order) -> None:
    """The longest wait of 150,000 stays near that of plain order; strict order's runs to days."""
    hall = peru(0.5, ACCUMULATING)
    plain = found(hall._replace(kinds=tuple(one._replace(target_minutes=30) for one in hall.kinds)))
    assert found(peru(preferential, order)).longest < 3 * plain.longest


@settings(deadline=None, max_examples=40)
@given(
    st.integers(1, 5),
    st.integers(1, 3),
    st.floats(0.05, 0.95),
    st.floats(0.5, 1.5),
    st.integers(1, 4),
    st.integers(0, 10_000),
)
def test_the_share_bounds_by_how_many_latecomers_anybody_is_passed(
    first: int, rest: int, preferential: float, load: float, desks: int, seed: int
) -> None:
    """For each ordinary one who is called, at most first/rest preferential ones who came later
    than somebody ordinary are: whatever the load.
    """
    come = load * MU * desks
    kinds = (
        Kind(come * preferential, 10, 15, preferred=True),
        Kind(come * (1 - preferential), 20, 30),
    )
    hall = Hall(kinds, Order("share", first, rest), desks, MU)
    called = sorted(
        (one for one in play(choose, hall, DAY // 2, seed) if one.called >= one.came),
        key=lambda one: one.called,
    )
    waiting: dict[Seen, list[int]] = {one: [0, 0] for one in called if one.kind == 1}
    for one in called:
        for other, (passed, ordinary) in waiting.items():
            if other.came < one.called <= other.called:
                late = one.kind == 0 and int(one.came) > int(other.came)
                waiting[other] = [passed + late, ordinary + one.kind]
    for passed, ordinary in waiting.values():
        assert passed <= -(-first // rest) * ordinary
