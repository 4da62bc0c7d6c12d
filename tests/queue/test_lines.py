"""A line goes whole to another service, its places and arrival times kept; the last desk minds its line."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import select

from tests.queue.engines import both_engines
from tests.queue.hall import SITE, Hall
from tests.queue.refusal import refused
from turnero.queue import reads, requests
from turnero.queue.commands import desks, lines, pauses
from turnero.queue.facts import LineKept, LineMoved, TicketCorrected, TicketTransferred
from turnero.queue.tables import line as line_table
from turnero.queue.tables import ticket as ticket_table
from turnero.queue.views import MessageView
from turnero.store.errors import Refused
from turnero.store.sql import Statement

_COUNTS = Statement(select(line_table.c.id, line_table.c.count).order_by(line_table.c.id))
_WAITING = Statement(
    select(ticket_table.c.line, ticket_table.c.service).where(ticket_table.c.state == "waiting")
)


async def move(hall: Hall, origin: str, service: str) -> requests.LineMove:
    return await hall.act(lines.move_line, requests.MoveLine(origin=origin, service=service))


async def close(hall: Hall, desk: str = "v1", **more: Any) -> None:
    await hall.act(desks.close_desk, requests.CloseDesk(desk=f"hnc.{desk}", **more))


async def told(hall: Hall) -> tuple[MessageView, ...]:
    return await hall.read(reads.messages, 1, None)


async def counted(hall: Hall) -> None:
    """Every line's count is that of its tickets, and each ticket is in a line of its service."""
    tickets = await hall.rows(_WAITING)
    for line in await hall.rows(_COUNTS):
        assert line.count == sum(ticket.line == line.id for ticket in tickets)


@both_engines
async def test_a_moved_line_keeps_its_places_among_those_who_wait_there(hall: Hall) -> None:
    taken = []
    for service in ("caja", "sangre", "caja", "sangre"):
        hall.wait(60)
        taken.append(await hall.take(service))
    done = await move(hall, "caja", "sangre")
    assert done == requests.LineMove(2, left=False)
    assert [await hall.next("v2") for _ in range(5)] == [*taken, None]
    assert [(fact.origin, fact.service) for fact in await hall.facts(TicketTransferred)] == [
        ("caja", "sangre")
    ] * 2
    assert await hall.facts(LineMoved) == [LineMoved(origin="caja", service="sangre", tickets=2)]
    await counted(hall)


async def test_the_wait_counts_from_the_first_arrival(hall: Hall) -> None:
    ticket = await hall.take("caja")
    hall.wait(600)
    await move(hall, "caja", "sangre")
    hall.wait(60)
    await hall.next("v2")
    assert (await hall.ticket(ticket)).state == "called"
    (called,) = [fact for fact in await hall.facts() if fact.tag == "ticket-called"]
    assert called.waited_ms == 660_000


async def test_classes_are_kept_and_who_waits_for_one_desk_stays(hall: Hall) -> None:
    own = await hall.take("caja")
    await hall.transfer(own, desk="v1")
    usual = await hall.take("caja")
    first = await hall.take("caja", "preferential")
    assert (await move(hall, "caja", "sangre")).moved == 2
    assert [await hall.next("v2"), await hall.next("v2")] == [first, usual]
    assert await hall.next("v1") == own


@both_engines
async def test_set_aside_ones_go_with_their_service(hall: Hall) -> None:
    parked = await hall.take("caja")
    await hall.next("v1")
    await hall.move("park", parked)
    await move(hall, "caja", "sangre")
    assert await hall.state(parked) == "parked"
    assert [one.ticket for one in (await hall.desk("v2")).parked] == [parked]
    (fact,) = await hall.facts(TicketCorrected)
    assert fact.service == ("caja", "sangre")
    await hall.call(parked, "v2")
    await counted(hall)


async def test_a_long_line_goes_in_portions_and_nobody_else_moves_it_meanwhile(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "PORTION", 3)
    taken = [await hall.take("caja") for _ in range(8)]
    assert await move(hall, "caja", "sangre") == requests.LineMove(3, left=True)
    for origin, service in (("sangre", "caja"), ("caja", "citas"), ("urgencia", "sangre")):
        async with refused(hall, "line-moving"):
            await move(hall, origin, service)
    for _ in range(3):
        await hall.fire_timers()
    (fact,) = await hall.facts(LineMoved)
    assert fact.tickets == 8
    await counted(hall)
    assert [await hall.next("v2") for _ in range(8)] == taken


async def test_the_zones_of_both_services_are_told_for_a_while(hall: Hall) -> None:
    await hall.take("caja")
    await move(hall, "caja", "infecto")
    (one,) = await told(hall)
    assert (one.sort, one.zones, one.names) == (
        "moved",
        ("a", "b"),
        {"es": "Caja", "en": "Cashier"},
    )
    assert one.target_names == {"es": "Consultorio 4", "en": "Room 4"}
    hall.wait(600)
    await hall.fire_timers()
    assert await told(hall) == ()


async def test_an_empty_line_moves_nobody_and_tells_nothing(hall: Hall) -> None:
    assert await move(hall, "caja", "sangre") == requests.LineMove(0, left=False)
    assert await hall.facts(LineMoved) == []
    assert await told(hall) == ()


@pytest.mark.parametrize(
    ("origin", "service", "code"),
    [
        ("caja", "caja", "line-same"),
        ("caja", "zzz", "service-unknown"),
        ("zzz", "caja", "service-unknown"),
        ("caja", "lab", "service-is-group"),
    ],
)
async def test_where_a_line_cannot_go(hall: Hall, origin: str, service: str, code: str) -> None:
    await hall.take("caja")
    async with refused(hall, code):
        await move(hall, origin, service)


@both_engines
async def test_opposite_moves_at_once_end_as_one_after_the_other(hall: Hall) -> None:
    taken = {await hall.take(service) for service in ("caja", "sangre") * 4}
    for _ in range(4):
        answers = await asyncio.gather(
            move(hall, "caja", "sangre"), move(hall, "sangre", "caja"), return_exceptions=True
        )
        assert all(isinstance(answer, requests.LineMove) for answer in answers), answers
        services = {(await hall.ticket(ticket)).service for ticket in taken}
        last = (await hall.facts(LineMoved))[-1]
        assert services == {last.service}
        assert {await hall.state(ticket) for ticket in taken} == {"waiting"}
        await counted(hall)


@both_engines
async def test_opposite_moves_of_long_lines_lose_nobody(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "PORTION", 3)
    taken = {await hall.take(service) for service in ("caja", "sangre") * 5}
    answers = await asyncio.gather(
        move(hall, "caja", "sangre"), move(hall, "sangre", "caja"), return_exceptions=True
    )
    (no,) = [answer for answer in answers if isinstance(answer, Refused)]
    assert no.code == "line-moving"
    for _ in range(4):
        await hall.fire_timers()
    (last,) = await hall.facts(LineMoved)
    assert {(await hall.ticket(ticket)).service for ticket in taken} == {last.service}
    await counted(hall)


# --- the last desk of a service --------------------------------------------------------------


@pytest.mark.rule("last-desk")
@both_engines
async def test_the_last_desk_of_a_service_is_not_closed_while_people_wait(hall: Hall) -> None:
    await hall.open("v1")
    await hall.open("v2")
    await hall.take("caja")
    await hall.take("caja")
    async with refused(hall, "service-last-desk", service="caja", waiting=2):
        await close(hall)
    await hall.take("sangre")
    await close(hall, "v2")  # v1 calls it too, from overflow
    async with refused(hall, "service-last-desk", service="caja"):
        await close(hall)


@pytest.mark.rule("last-desk")
async def test_a_desk_on_a_break_still_counts(hall: Hall) -> None:
    source = SITE.replace('primary = ["sangre", "infecto"]', 'primary = ["sangre", "caja"]')
    await hall.load(source)
    await hall.open("v1")
    await hall.open("v2", "user:9")
    await hall.take("caja")
    await hall.act(desks.pause_desk, requests.PauseDesk("hnc.v2", "almuerzo"), "user:9")
    await close(hall)
    async with refused(hall, "service-last-desk"):
        await close(hall, "v2")


@pytest.mark.rule("last-desk")
@both_engines
async def test_it_closes_once_the_line_is_moved(hall: Hall) -> None:
    await hall.open("v1")
    await hall.take("caja")
    await move(hall, "caja", "infecto")
    await close(hall)
    assert await hall.facts(LineKept) == []


@pytest.mark.rule("last-desk")
@both_engines
async def test_a_line_is_kept_with_a_message_until_a_desk_opens(hall: Hall) -> None:
    await hall.open("v1")
    ticket = await hall.take("caja")
    await close(hall, line="keep", text={"es": "Volvemos a las tres"})
    assert await hall.facts(LineKept) == [LineKept(service="caja", desk="hnc.v1", waiting=1)]
    (one,) = await told(hall)
    assert (one.sort, one.service, one.texts, one.zones) == (
        "kept",
        "caja",
        {"es": "Volvemos a las tres"},
        ("a",),
    )
    hall.wait(3600)
    await hall.open("v1")
    assert await told(hall) == ()
    assert await hall.next() == ticket


@pytest.mark.rule("last-desk")
async def test_a_bare_call_that_opens_the_desk_ends_the_message_too(hall: Hall) -> None:
    await hall.open("v1")
    await hall.take("caja")
    await close(hall, line="keep")
    await hall.next("v1")
    assert await told(hall) == ()


@pytest.mark.rule("last-desk")
async def test_of_a_closed_service_the_last_desk_closes_and_people_are_told(hall: Hall) -> None:
    await hall.open("v1")
    await hall.take("caja")
    closed = requests.PauseService(service="caja", text={"es": "Caja cerró por hoy"})
    await hall.act(pauses.pause_service, closed)
    await close(hall)
    (one,) = await told(hall)
    assert (one.sort, one.texts) == ("kept", {"es": "Caja cerró por hoy"})


@pytest.mark.rule("last-desk")
async def test_the_close_of_the_day_ends_what_was_said_of_its_lines(hall: Hall) -> None:
    await hall.open("v1")
    await hall.take("caja")
    await hall.take("urgencia")
    await close(hall, line="keep")
    assert {one.service for one in await told(hall)} == {"caja", "urgencia"}
    await hall.close_day()
    assert {one.service for one in await told(hall)} == {"urgencia"}


@pytest.mark.rule("last-desk")
@both_engines
async def test_two_desks_that_close_at_once_leave_one(hall: Hall) -> None:
    source = SITE.replace('primary = ["sangre", "infecto"]', 'primary = ["sangre", "caja"]')
    await hall.load(source)
    await hall.open("v1")
    await hall.open("v2")
    await hall.take("caja")
    answers = await asyncio.gather(close(hall), close(hall, "v2"), return_exceptions=True)
    assert [answer.code for answer in answers if isinstance(answer, Refused)] == [
        "service-last-desk"
    ]


async def test_with_nobody_waiting_it_closes_without_a_word(hall: Hall) -> None:
    await hall.open("v1")
    await close(hall)
    assert await told(hall) == ()


async def test_who_waits_for_one_desk_only_and_steps_out_comes_back_to_it(hall: Hall) -> None:
    ticket = await hall.take()
    await hall.transfer(ticket, desk="v1")
    await hall.move("step-out", ticket)
    assert (await move(hall, "caja", "sangre")).moved == 0
    await hall.move("return", ticket)
    await hall.open("v1")
    assert [one.ticket for one in (await hall.desk("v1")).own] == [ticket]
    await counted(hall)
