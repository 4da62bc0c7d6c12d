"""To another service or to one desk: number and first arrival are kept."""

import pytest

from tests.queue.hall import Hall
from tests.queue.refusal import refused
from turnero.queue import requests
from turnero.queue.commands import moves
from turnero.queue.facts import ServiceFinished, TicketTransferred


async def test_the_number_stays_and_the_service_changes(hall: Hall) -> None:
    ticket = await hall.take("caja")
    await hall.next("v1")
    await hall.transfer(ticket, service="sangre")
    view = await hall.ticket(ticket)
    assert (view.number, view.service, view.state) == ("C001", "sangre", "waiting")
    assert await hall.next("v2") == ticket
    assert await hall.number("caja") == "C002"
    assert await hall.number("sangre") == "S001"


async def test_a_transfer_keeps_the_time_of_first_arrival(hall: Hall) -> None:
    ticket = await hall.take("caja")
    await hall.next("v1")
    hall.wait(600)
    later = await hall.take("sangre")
    await hall.transfer(ticket, service="sangre")
    assert [await hall.next("v2") for _ in range(2)] == [ticket, later]


async def test_to_a_desk_means_that_desk_only_whatever_it_serves(hall: Hall) -> None:
    ticket = await hall.take("caja")
    await hall.next("v1")
    await hall.transfer(ticket, desk="v2")
    assert await hall.next("v1") is None
    assert [one.ticket for one in (await hall.desk("v2")).own] == [ticket]
    assert await hall.next("v2") == ticket
    assert (await hall.ticket(ticket)).service == "caja"


async def test_who_waits_for_a_desk_is_due_with_its_primary_services(hall: Hall) -> None:
    ticket = await hall.take("caja")
    hall.wait(1)
    blood = await hall.take("sangre")
    await hall.transfer(ticket, desk="v2")
    assert [await hall.next("v2") for _ in range(2)] == [ticket, blood]


async def test_from_one_desk_back_to_everybodys_line(hall: Hall) -> None:
    ticket = await hall.take("caja")
    await hall.transfer(ticket, desk="v2")
    await hall.transfer(ticket, service="caja")
    assert await hall.next("v1") == ticket


async def test_the_service_here_ends_without_being_finished(hall: Hall) -> None:
    ticket = await hall.take("caja")
    await hall.next("v1")
    called_ms = hall.clock.line_ms()
    hall.wait(120)
    await hall.transfer(ticket, service="sangre")
    (fact,) = await hall.facts(TicketTransferred)
    assert (fact.origin, fact.service, fact.desk) == ("caja", "sangre", "hnc.v1")
    assert (fact.started_ms, fact.ended_ms) == (called_ms + 20_000, called_ms + 120_000)
    assert await hall.facts(ServiceFinished) == []
    assert (await hall.desk("v1")).serving is None


async def test_a_new_call_starts_from_nothing(hall: Hall) -> None:
    ticket = await hall.take("caja")
    await hall.next("v1")
    await hall.move("start", ticket)
    await hall.transfer(ticket, service="sangre")
    hall.wait(60)
    await hall.next("v2")
    serving = (await hall.desk("v2")).serving
    assert serving is not None
    assert (serving.state, serving.started_ms, serving.recalls) == ("called", None, 0)


async def test_to_where_it_waits_already_is_refused(hall: Hall) -> None:
    ticket = await hall.take("caja")
    async with refused(hall, "transfer-same"):
        await hall.transfer(ticket, service="caja")
    await hall.transfer(ticket, desk="v1")
    async with refused(hall, "transfer-same"):
        await hall.transfer(ticket, desk="v1")


async def test_one_in_service_can_be_sent_back_to_its_own_line(hall: Hall) -> None:
    ticket = await hall.take("caja")
    await hall.next("v1")
    await hall.transfer(ticket, service="caja")
    assert await hall.next("v1") == ticket


@pytest.mark.parametrize("both", [True, False])
async def test_exactly_one_target(hall: Hall, both: bool) -> None:
    ticket = await hall.take("caja")
    target = {"service": "sangre", "desk": "hnc.v2"} if both else {}
    async with refused(hall, "transfer-target"):
        await hall.act(moves.transfer, requests.Transfer(ticket=ticket, **target))


async def test_targets_must_exist_and_give_tickets(hall: Hall) -> None:
    ticket = await hall.take("caja")
    async with refused(hall, "service-unknown", service="nada"):
        await hall.transfer(ticket, service="nada")
    async with refused(hall, "service-is-group", service="lab"):
        await hall.transfer(ticket, service="lab")
    async with refused(hall, "desk-unknown", desk="hnc.v9"):
        await hall.transfer(ticket, desk="v9")
