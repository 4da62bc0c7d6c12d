"""Who walked in and who is rung, in one line, for a whole day."""

from collections import defaultdict
from pathlib import Path

import pytest

from tests.telephony.mixed import Day, site
from tests.telephony.room import room
from turnero.queue.call_facts import CallbackAsked, CallbackEnded, CallbackPutOff
from turnero.queue.facts import TicketCalled, TicketIssued, TicketReturned
from turnero.queue.report import fold
from turnero.queue.routing import rederive
from turnero.store import journal
from turnero.store.facts import Entry
from turnero.store.sql import Query


def judged(entries: list[Entry]) -> int:
    """Read the journal as somebody who knows nothing else: how many calls were in order.

    Within a class the one called had come, or asked, first of all who waited then; between the
    classes the reasons kept with the call lead to it again.
    """
    place: dict[str, tuple[str, int]] = {}
    waiting: dict[str, set[str]] = defaultdict(set)
    calls = 0
    for entry in entries:
        match entry.fact:
            case TicketIssued(ticket=ticket, attention=attention):
                place[ticket] = (attention, entry.seq)
                waiting[attention].add(ticket)
            case CallbackPutOff(ticket=ticket, due_ms=None) | TicketReturned(ticket=ticket):
                waiting[place[ticket][0]].add(ticket)
            case TicketCalled(ticket=ticket) as fact:
                attention, mine = place[ticket]
                first = min(place[one][1] for one in waiting[attention])
                assert mine == first, f"{fact.number} was called before its turn"
                assert rederive(fact.why) == ticket
                seen = {head.ticket for head in fact.why.heads}
                heads = {
                    min(those, key=lambda one: place[one][1]) for those in waiting.values() if those
                }
                assert heads <= seen, "a candidate was not weighed"
                waiting[attention].discard(ticket)
                calls += 1
            case _:
                pass
    return calls


async def a_day(
    tmp_path: Path, walk_ins: int, callbacks: int, desks: int, hours: float, order: str
) -> None:
    async with room(tmp_path, site=site(desks, order), dials=False) as hall:
        for n in range(3, desks + 1):
            await hall.open(f"v{n}")
        hall.dials()
        await hall.passes(6)
        day = Day(hall, desks=desks, hours=hours, seed=11)
        await day.play(walk_ins, callbacks)
        entries = await hall.read(_journal)
        assert judged(entries) >= walk_ins + callbacks
        assert day.beyond == 0, "more telephones were dialled than agents were reserved"
        assert day.most > 1, "nothing was dialled at once"

        asked = [one.fact for one in entries if isinstance(one.fact, CallbackAsked)]
        ended = [one.fact for one in entries if isinstance(one.fact, CallbackEnded)]
        assert len(asked) == callbacks
        assert {one.callback for one in ended} == {one.callback for one in asked}
        # A callback is of the day on which it ends: the last ones go on the next morning.
        days = [fold(entries, day, "America/Lima").phoned for day in ("2026-03-02", "2026-03-03")]
        figures = [one for those in days for one in those]
        assert sum(one.ended for one in figures) == callbacks
        for one in figures:
            assert one.joined + one.answered + one.dialled + one.never == one.ended
        assert sum(one.joined for one in figures) == sum(one.how == "done" for one in ended)
        assert min(figures[0].joined, figures[0].answered, figures[0].dialled) > 0
        put_off = [one.fact.why for one in entries if isinstance(one.fact, CallbackPutOff)]
        assert "desk" not in put_off, "an agent who waited was not rung"
        # Nobody's telephone ever rang twice at once.
        assert all(not dial.beside for dial in hall.board.dials)


def _journal(q: Query) -> list[Entry]:
    return journal.read(q, 1, 0, 1_000_000)


async def test_one_line_for_both(tmp_path: Path) -> None:
    await a_day(tmp_path, 160, 60, desks=8, hours=2, order="accumulating")


@pytest.mark.long
@pytest.mark.timeout(1500)
@pytest.mark.parametrize("order", ["accumulating", "share", "strict"])
async def test_a_day_of_2000_who_came_and_600_who_are_rung(tmp_path: Path, order: str) -> None:
    await a_day(tmp_path, 2000, 600, desks=22, hours=10, order=order)
