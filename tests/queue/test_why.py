"""What is kept of a call says why: the choice is made again from the journal alone.

A random day over several desks and by each rule; then every call of its journal is derived
again, once from the reasons kept with it, and once from the facts before it.
"""

import random
from typing import Any

import pytest

from tests.queue.classes import site
from tests.queue.engines import both_engines
from tests.queue.hall import Hall
from turnero.queue.facts import (
    PressUndone,
    TicketCalled,
    TicketIssued,
    TicketNoShow,
    TicketParked,
    TicketReturned,
    Why,
)
from turnero.queue.ranks import ROOM
from turnero.queue.routing import SENTENCES, rederive, why_sentence
from turnero.store.errors import Refused
from turnero.store.facts import Entry

DESKS = ("v1", "v2", "v3", "v4")
MINUTE = 60_000


async def a_day(hall: Hall, draw: random.Random, acts: int = 150) -> None:
    """People come, are called, are chosen by hand, set aside, do not come; presses are undone."""
    called: list[str] = []
    taken: list[str] = []

    async def come() -> None:
        attention = draw.choices(
            ["red", "preferential", "frail", "ordinary", "errand"], [1, 8, 2, 10, 3]
        )[0]
        more: dict[str, Any] = {"channel": "triage" if attention == "red" else "api"}
        if draw.random() < 0.2:
            later = draw.choice([-30, 5, 20])
            more |= {
                "origin": "appointment" if later > 0 else "callback",
                "due_ms": hall.clock.now_ms() + later * MINUTE,
            }
        service = draw.choice(["caja", "lab", "lab", "citas"])
        taken.append(await hall.take(service, attention, **more))

    async def call() -> None:
        ticket = await hall.next(draw.choice(DESKS))
        called.extend([ticket] if ticket else [])

    async def by_hand() -> None:
        await hall.call(draw.choice(taken), draw.choice(DESKS))

    async def aside() -> None:
        await hall.move(draw.choice(["park", "return", "undo", "undo"]), draw.choice(called))

    for _ in range(acts):
        hall.wait(draw.choice([0, 1, 30, 90]))
        act = draw.choices([come, call, by_hand, aside], [10, 14, 1, 3])[0]
        if (act is by_hand and not taken) or (act is aside and not called):
            continue
        try:
            await act()
        except Refused as refused:
            assert act in (by_hand, aside), refused  # noqa: PT017 - some are not possible now


def calls_of(entries: list[Entry]) -> list[tuple[Entry, TicketCalled]]:
    return [(one, one.fact) for one in entries if isinstance(one.fact, TicketCalled)]


@pytest.mark.parametrize("order", ["strict", "accumulating", "share"])
@both_engines
async def test_each_call_of_a_day_is_derived_again_from_its_reasons(hall: Hall, order: str) -> None:
    await hall.load(site(order))
    for seed in range(3):
        await a_day(hall, random.Random(f"{order} {seed}"))
    rules = set()
    for _, fact in calls_of(await hall.entries()):
        rules.add(fact.why.rule)
        msgid, params = why_sentence(fact.why)
        assert msgid % params
        if fact.why.rule != "chosen":
            assert fact.why.order.rule == order
            assert rederive(fact.why) == fact.ticket
    by_rule = {"strict": "class", "accumulating": "points", "share": "share"}
    wanted = {"oldest", "clinical", "primary", "overflow", "own-class", "chosen", by_rule[order]}
    assert wanted <= rules <= set(SENTENCES)


class Journal:
    """Who waits and where, told by the facts alone."""

    def __init__(self) -> None:
        self.rank: dict[str, tuple[int, int]] = {}
        self.line: dict[str, tuple[str, str, str]] = {}
        self.waits: set[str] = set()

    def tell(self, entry: Entry) -> None:
        fact = entry.fact
        if isinstance(fact, TicketIssued):
            at = fact.due_ms or entry.at_ms
            due = max(at, entry.at_ms) if fact.origin == "appointment" else at
            self.rank[fact.ticket] = (due, entry.seq * ROOM)
            self.line[fact.ticket] = (fact.service, fact.attention, fact.origin)
            self.waits.add(fact.ticket)
        elif isinstance(fact, TicketCalled | TicketParked | TicketNoShow):
            self.waits.discard(fact.ticket)
        elif isinstance(fact, TicketReturned):
            self.waits.add(fact.ticket)
        elif isinstance(fact, PressUndone):
            for one in fact.tickets:
                (self.waits.add if one.state == "waiting" else self.waits.discard)(one.ticket)

    def heads(self) -> dict[tuple[str, str, str], str]:
        """The oldest of each line."""
        found: dict[tuple[str, str, str], str] = {}
        for ticket in sorted(self.waits, key=lambda one: self.rank[one]):
            found.setdefault(self.line[ticket], ticket)
        return found


def weighed(why: Why, at_ms: int) -> dict[str, tuple[int, int]]:
    """The candidates of a call with their places, as it kept them."""
    return {seen.ticket: (at_ms - seen.aged_ms, seen.seq) for seen in why.heads}


@pytest.mark.parametrize("order", ["strict", "accumulating", "share"])
async def test_what_a_call_weighed_is_what_the_facts_before_it_tell(hall: Hall, order: str) -> None:
    """Nobody was left out: the heads that are kept are those that the journal knows."""
    await hall.load(site(order))
    await a_day(hall, random.Random(order), acts=300)
    serves = {
        "v1": ("caja", "citas", "lab"),
        "v2": ("lab", "citas"),
        "v3": ("caja", "lab"),
        "v4": ("caja",),
    }
    told, seen = Journal(), 0
    for entry in await hall.entries():
        if isinstance(entry.fact, TicketCalled) and entry.fact.why.rule != "chosen":
            desk = entry.fact.desk.partition(".")[2]
            expected = {
                ticket: told.rank[ticket]
                for (service, attention, _), ticket in told.heads().items()
                if service in serves[desk]
                and (desk != "v4" or attention in ("preferential", "red"))
            }
            assert weighed(entry.fact.why, entry.at_ms) == expected
            seen += len(expected)
        told.tell(entry)
    assert seen > 100
