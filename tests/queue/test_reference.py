"""The order of calls against queueing theory: 200,000 people a row through `routing.choose`.

Every row of the table of reference (three desks, six services an hour each, minutes) must lie in
its own 99 % interval, and the intervals are so narrow that a rule which is only nearly right falls
out of them. The same streams of people are played under every rule; the mean wait of all, which no
order changes and theory knows, is the control variate.
"""

from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from typing import NamedTuple

import ciw
import pytest

from tests.queue.pure_line import (
    Estimate,
    Hall,
    Kind,
    Policy,
    Seen,
    batches,
    estimate,
    minutes,
    play,
)
from turnero.queue.routing import Choice, Head, Order, choose
from turnero.server.simulate import formulas

MU = 6.0
DESKS = 3
PEOPLE = 200_000
#: for a rule that is wrong by much
FEWER = 30_000
#: an interval of 99 % misses once in a hundred: of 56 with the seeds 2 to 9 none did, of 16 with
#: the seed 1 one by a hair
SEED = 2
BATCHES = 49
ACCUMULATING, STRICT = Order("accumulating", 3, 1), Order("strict", 3, 1)


class Row(NamedTuple):
    """A row of the table: arrivals an hour and targets in minutes, class 1 first."""

    order: Order
    arrivals: tuple[float, ...]
    targets: tuple[int, ...]
    waits: tuple[float, ...]

    def hall(self) -> Hall:
        """The row as a hall."""
        kinds = tuple(
            Kind(each, rank=10 * (n + 1), target_minutes=target)
            for n, (each, target) in enumerate(zip(self.arrivals, self.targets, strict=True))
        )
        return Hall(kinds, self.order, DESKS, MU)


TABLE = {
    "first come first served": Row(ACCUMULATING, (5, 10), (30, 30), (14.0449, 14.0449)),
    "strict": Row(STRICT, (5, 10), (30, 30), (3.2411, 19.4468)),
    "2:1": Row(ACCUMULATING, (5, 10), (15, 30), (9.5143, 16.3103)),
    "4:1": Row(ACCUMULATING, (5, 10), (15, 60), (6.6529, 17.7410)),
    "10:1": Row(ACCUMULATING, (5, 10), (6, 60), (4.6816, 18.7266)),
    "three classes 4:2:1": Row(ACCUMULATING, (2, 5, 8), (15, 30, 60), (6.5504, 10.6222, 18.0578)),
    "three classes strict": Row(STRICT, (2, 5, 8), (30, 30, 30), (2.6334, 4.3092, 22.9826)),
}
ORDERED = [name for name in TABLE if name != "first come first served"]


@cache
def played(name: str, policy: Policy = choose, people: int = PEOPLE) -> list[Seen]:
    """The row's people under a policy; each is simulated once."""
    return play(policy, TABLE[name].hall(), people, SEED)


def waits(row: Row, seen: Sequence[Seen]) -> list[Estimate]:
    """Each class's mean wait, controlled by the mean of all."""
    parts = batches(seen, BATCHES)
    known = formulas.mean_wait(sum(row.arrivals), MU, DESKS) * 60
    of_all = [minutes(part) for part in parts]
    return [
        estimate([minutes(part, kind) for part in parts], of_all, known)
        for kind in range(len(row.arrivals))
    ]


def rates_swapped(heads: Sequence[Head], now_ms: int, order: Order) -> Choice | None:
    """Wrong: who should age fastest ages slowest, and the last class is the first."""
    targets = sorted({head.target_ms for head in heads})
    other = dict(zip(targets, reversed(targets), strict=True))
    swapped = [
        head._replace(target_ms=other[head.target_ms], class_rank=-head.class_rank)
        for head in heads
    ]
    return _as_given(heads, choose(swapped, now_ms, order))


def plain_fifo(heads: Sequence[Head], now_ms: int, order: Order) -> Choice | None:
    """Wrong: whoever came first, whatever the class."""
    return Choice(min(heads, key=lambda head: head.rank_seq), "oldest") if heads else None


def a_fifth_off(heads: Sequence[Head], now_ms: int, order: Order) -> Choice | None:
    """Nearly right: class 1 ages a fifth faster than its target says."""
    first = [
        head._replace(target_ms=head.target_ms * 5 // 6) if head.class_rank == 10 else head
        for head in heads
    ]
    return _as_given(heads, choose(first, now_ms, order))


def _as_given(heads: Sequence[Head], choice: Choice | None) -> Choice | None:
    if choice is None:
        return None
    return Choice(next(one for one in heads if one.line == choice.head.line), choice.rule)


def test_the_formulas_give_the_table() -> None:
    for row in TABLE.values():
        if row.order is STRICT:
            found = formulas.strict(row.arrivals, MU, DESKS)
        else:
            rates = [1 / target for target in row.targets]
            found = formulas.accumulating(row.arrivals, rates, MU, DESKS)
        assert [round(60 * one, 4) for one in found] == list(row.waits)
        # The conservation law: no order makes all of them together wait less.
        common = formulas.mean_wait(sum(row.arrivals), MU, DESKS)
        assert formulas.conserved(row.arrivals, found) == pytest.approx(common)
    assert [round(one, 5) for one in formulas.with_patience(20, MU, DESKS, 3)] == [0.7248, 0.22709]


def test_the_hall_itself_is_erlangs() -> None:
    """Without the control variate: how long all wait, and how many wait at all."""
    parts = batches(played("first come first served"), BATCHES)
    wait = estimate([minutes(part) for part in parts])
    waited = estimate([sum(one.called > one.came for one in part) / len(part) for part in parts])
    assert wait.holds(14.0449)
    assert waited.holds(formulas.erlang_c(15 / MU, DESKS))
    assert wait.half < 1.6
    assert waited.half < 0.02


@pytest.mark.parametrize("name", TABLE)
def test_each_row_of_the_table_is_in_its_interval(name: str) -> None:
    row = TABLE[name]
    found = waits(row, played(name))
    for wait, wanted in zip(found, row.waits, strict=True):
        assert wait.holds(wanted), (name, wanted, wait)
        assert wait.half < 0.035 * wanted, (name, wanted, wait)


@pytest.mark.parametrize("wrong", [rates_swapped, plain_fifo])
@pytest.mark.parametrize("name", ORDERED)
def test_a_wrong_rule_falls_out_of_the_interval(name: str, wrong: Policy) -> None:
    row = TABLE[name]
    found = waits(row, played(name, wrong, FEWER))
    assert not any(wait.holds(wanted) for wait, wanted in zip(found, row.waits, strict=True))


def test_a_rule_that_is_nearly_right_falls_out_too() -> None:
    row = TABLE["4:1"]
    first, _ = waits(row, played("4:1", a_fifth_off))
    assert not first.holds(row.waits[0])


@pytest.mark.parametrize("name", ORDERED)
def test_no_order_makes_all_of_them_wait_less(name: str) -> None:
    """The conservation law, person by person's stream: only who waits differs, never how much."""
    row = TABLE[name]
    fifo = play(plain_fifo, row.hall(), 20_000, SEED)
    seen = played(name)[:20_000]
    assert minutes(seen) == pytest.approx(minutes(fifo), rel=0.002)


def test_who_gives_up_is_as_palm_says() -> None:
    hall = Hall((Kind(20, rank=10),), ACCUMULATING, DESKS, MU, giving_up=3)
    parts = batches(play(choose, hall, PEOPLE, SEED), BATCHES)
    waited = estimate([sum(one.called != one.came for one in part) / len(part) for part in parts])
    gone = estimate([sum(one.called < one.came for one in part) / len(part) for part in parts])
    assert waited.holds(0.72480)
    assert gone.holds(0.22709)
    assert waited.half < 0.01
    assert gone.half < 0.01


# --- ciw, an independent simulator ----------------------------------------------------------------


def by_ciw(row: Row, people: int, seed: int) -> list[Seen]:
    """The same row, simulated by ciw with an order of its own."""
    names = [f"class {n}" for n in range(len(row.arrivals))]
    points = dict(zip(names, [1 / target for target in row.targets], strict=True))

    def most_points(individuals: list[ciw.Individual], now: float) -> ciw.Individual:
        return max(
            individuals, key=lambda one: (now - one.arrival_date) * points[one.customer_class]
        )

    network = ciw.create_network(
        arrival_distributions={
            name: [ciw.dists.Exponential(rate=each)]
            for name, each in zip(names, row.arrivals, strict=True)
        },
        service_distributions={name: [ciw.dists.Exponential(rate=MU)] for name in names},
        number_of_servers=[DESKS],
        priority_classes={name: n if row.order is STRICT else 0 for n, name in enumerate(names)},
        service_disciplines=[ciw.disciplines.FIFO if row.order is STRICT else most_points],
    )
    ciw.seed(seed)
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_customers(people, method="Finish")
    records = sorted(simulation.get_all_records(only=["service"]), key=lambda one: one.arrival_date)
    hour = 3_600_000
    return [
        Seen(
            names.index(one.customer_class),
            one.arrival_date * hour,
            one.service_start_date * hour,
        )
        for one in records
    ]


@pytest.mark.parametrize("name", ["strict", "4:1"])
def test_an_independent_simulator_agrees(name: str) -> None:
    row = TABLE[name]
    ours = waits(row, played(name))
    theirs = waits(row, by_ciw(row, 40_000, SEED))
    for our, their, wanted in zip(ours, theirs, row.waits, strict=True):
        assert their.holds(wanted)
        assert abs(our.mean - their.mean) < our.half + their.half
        assert their.half < 0.07 * wanted


def test_classes_wait_in_the_order_of_their_rates() -> None:
    found = waits(TABLE["three classes 4:2:1"], played("three classes 4:2:1"))
    assert all(
        sooner.mean + sooner.half < later.mean - later.half for sooner, later in pairwise(found)
    )
