"""A wrong service, class or count of people is put right, with a reason; the place is kept."""

from typing import Any

import pytest
from sqlalchemy import select

from tests.queue.engines import both_engines
from tests.queue.hall import Hall
from tests.queue.refusal import refused
from turnero.queue.facts import TicketCorrected
from turnero.queue.tables import note
from turnero.store.sql import Statement

_NOTES = Statement(select(note.c.what, note.c.ticket, note.c.text))


@both_engines
async def test_a_corrected_service_keeps_number_and_time_of_arrival(hall: Hall) -> None:
    wrong = await hall.take("sangre")
    hall.wait(60)
    later = await hall.take("caja")
    await hall.correct(wrong, service="caja", reason="quería pagar")
    assert (await hall.ticket(wrong)).number == "S001"
    assert (await hall.ticket(wrong)).ahead == 0
    assert [await hall.next("v1"), await hall.next("v1")] == [wrong, later]
    (fact,) = await hall.facts(TicketCorrected)
    assert (fact.service, fact.attention, fact.people) == (("sangre", "caja"), None, None)


async def test_the_reason_is_kept_beside_the_fact_and_not_in_it(hall: Hall) -> None:
    ticket = await hall.take()
    await hall.correct(ticket, people=3, reason="la señora Quispe y sus hijos")
    (row,) = await hall.rows(_NOTES)
    assert tuple(row) == ("ticket-corrected", ticket, "la señora Quispe y sus hijos")
    assert all(b"Quispe" not in entry.body for entry in await hall.entries())


@both_engines
async def test_a_corrected_class_goes_to_its_place_in_the_other_line(hall: Hall) -> None:
    first, second = await hall.take(), await hall.take()
    await hall.correct(second, attention="preferential")
    assert await hall.next() == second
    assert await hall.next() == first


@pytest.mark.rule("several-people")
@both_engines
async def test_who_waits_behind_several_people_waits_for_each_of_them(hall: Hall) -> None:
    family, other, last = await hall.take(people=4), await hall.take(), await hall.take()
    assert (await hall.ticket(last)).ahead == 5
    await hall.correct(family, people=2)
    assert (await hall.ticket(last)).ahead == 3
    await hall.next()
    assert [(await hall.ticket(one)).ahead for one in (other, last)] == [0, 1]


@pytest.mark.rule("several-people")
async def test_those_behind_and_those_with_one_do_not_count(hall: Hall) -> None:
    await hall.take(people=2)
    couple, _ = await hall.take(people=2), await hall.take(people=5)
    assert (await hall.ticket(couple)).ahead == 2


@pytest.mark.rule("several-people")
async def test_the_promised_wait_counts_people(hall: Hall) -> None:
    await hall.take(people=4)
    for _ in range(3):
        await hall.take()
    await hall.take(people=3)
    last = await hall.take()
    await hall.next()
    hall.wait(8 * 60)
    await hall.next()
    hall.wait(2 * 60)
    await hall.next()
    # Two minutes a person: four took eight, one took two. Four ahead, and oneself.
    shown = await hall.ticket(last)
    assert shown.ahead == 4
    assert shown.wait is not None
    assert shown.wait.low_minutes == 10


async def test_one_at_a_desk_or_out_can_be_corrected_too(hall: Hall) -> None:
    out, called = await hall.take(), await hall.take()
    await hall.move("step-out", out)
    await hall.next()
    await hall.correct(called, service="sangre", people=2)
    await hall.correct(out, attention="preferential")
    serving = (await hall.desk()).serving
    assert serving is not None
    assert serving.service == "sangre"
    await hall.move("return", out)
    assert (await hall.ticket(out)).attention == "preferential"
    assert await hall.next() == out


async def test_who_waits_for_one_desk_still_does_in_another_class(hall: Hall) -> None:
    ticket = await hall.take()
    await hall.transfer(ticket, desk="v2")
    await hall.correct(ticket, attention="preferential")
    assert [one.ticket for one in (await hall.desk("v2")).own] == [ticket]
    await hall.correct(ticket, service="urgencia")
    assert (await hall.desk("v2")).own == ()


async def test_what_is_right_already_cannot_be_corrected(hall: Hall) -> None:
    ticket = await hall.take()
    async with refused(hall, "correct-nothing", number="C001"):
        await hall.correct(ticket, service="caja", attention="ordinary", people=1)
    async with refused(hall, "correct-nothing"):
        await hall.correct(ticket)


async def test_a_reason_is_needed(hall: Hall) -> None:
    ticket = await hall.take()
    async with refused(hall, "reason-missing"):
        await hall.correct(ticket, people=2, reason="  ")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"service": "lab"}, "service-is-group"),
        ({"service": "rayos"}, "service-unknown"),
        ({"attention": "vip"}, "attention-unknown"),
        ({"attention": "rojo"}, "attention-clinical"),
        ({"people": 0}, "people-out-of-range"),
        ({"people": 21}, "people-out-of-range"),
    ],
)
async def test_what_cannot_be_is_refused(hall: Hall, change: dict[str, Any], code: str) -> None:
    ticket = await hall.take()
    async with refused(hall, code):
        await hall.correct(ticket, **change)


async def test_a_clinical_class_is_not_taken_away_at_a_counter(hall: Hall) -> None:
    ticket = await hall.take("urgencia", "rojo", channel="triage")
    async with refused(hall, "attention-clinical", attention="rojo"):
        await hall.correct(ticket, attention="ordinary")


async def test_an_undo_does_not_take_a_correction_with_it(hall: Hall) -> None:
    ticket = await hall.take()
    await hall.next()
    await hall.correct(ticket, people=2)
    async with refused(hall, "undo-touched", number="C001"):
        await hall.move("undo", ticket)
