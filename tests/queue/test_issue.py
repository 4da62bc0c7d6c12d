"""Taking a ticket: what it gets, and each reason why it may be refused."""

import pytest
from sqlalchemy import update

from tests.queue.engines import both_engines
from tests.queue.hall import MORNING_MS, SITE, Hall
from tests.queue.refusal import refused
from turnero.queue import reads, requests
from turnero.queue.commands import by_hand, leases
from turnero.queue.facts import TicketIssued
from turnero.queue.tables import service
from turnero.store.sql import Statement
from turnero.store.tx import Tx

_PAUSE = Statement(update(service).where(service.c.key == "caja").values(open=0))


async def test_a_ticket_says_what_its_owner_needs(hall: Hall) -> None:
    ticket = await hall.take(
        "sangre",
        "preferential",
        language="en",
        channel="kiosk",
        place="k1",
        aids=("large-type",),
        people=3,
    )
    view = await hall.ticket(ticket)
    assert (view.number, view.state, view.day) == ("S001", "waiting", "2026-03-02")
    assert (view.service, view.attention, view.language) == ("sangre", "preferential", "en")
    assert (view.aids, view.people, view.ahead) == (("large-type",), 3, 0)
    paper = await hall.read(reads.paper, ticket, MORNING_MS)
    assert paper is not None
    assert (paper.place, paper.zone, paper.requirements) == (
        "k1",
        "America/Lima",
        {"es": ("En ayunas", "DNI")},
    )
    assert len(paper.code) == 22
    found = await hall.read(reads.ticket_by_code, paper.code, MORNING_MS)
    assert found == view


async def test_who_asks_for_nothing_gets_the_usual_class_and_the_sites_language(
    hall: Hall,
) -> None:
    view = await hall.ticket(await hall.take("caja"))
    assert (view.attention, view.language) == ("ordinary", "es")


async def test_the_fact_holds_no_secret(hall: Hall) -> None:
    ticket = await hall.take("caja")
    paper = await hall.read(reads.paper, ticket, MORNING_MS)
    assert paper is not None
    (fact,) = await hall.facts(TicketIssued)
    assert fact.ticket == ticket
    assert all(paper.code.encode() not in entry.body for entry in await hall.entries())


async def test_people_ahead_are_those_of_better_classes_and_the_own_line(hall: Hall) -> None:
    for _ in range(2):
        await hall.take("caja", "preferential")
    await hall.take("sangre")
    for _ in range(3):
        await hall.take("caja")
    last = await hall.take("caja")
    preferential = await hall.take("caja", "preferential")
    assert (await hall.ticket(last)).ahead == 6
    assert (await hall.ticket(preferential)).ahead == 2


async def test_people_ahead_are_exact_far_from_both_ends_of_the_line(hall: Hall) -> None:
    tickets = [await hall.take("caja") for _ in range(120)]
    assert (await hall.ticket(tickets[60])).ahead == 60
    assert (await hall.ticket(tickets[119])).ahead == 119


async def test_an_unknown_service_is_refused(hall: Hall) -> None:
    async with refused(hall, "service-unknown", service="nada"):
        await hall.take("nada")


async def test_a_group_gives_no_tickets(hall: Hall) -> None:
    async with refused(hall, "service-is-group"):
        await hall.take("lab")


async def test_an_unknown_class_is_refused(hall: Hall) -> None:
    async with refused(hall, "attention-unknown", attention="oro"):
        await hall.take("caja", "oro")


@pytest.mark.parametrize("channel", ["kiosk", "web", "phone", "greeter", "desk", "api"])
async def test_a_clinical_class_is_given_only_at_triage(hall: Hall, channel: str) -> None:
    async with refused(hall, "attention-clinical"):
        await hall.take("urgencia", "rojo", channel=channel)


async def test_triage_gives_a_clinical_class_and_it_goes_first(hall: Hall) -> None:
    await hall.take("urgencia", "preferential")
    red = await hall.take("urgencia", "rojo", channel="triage")
    assert await hall.next() == red


async def test_a_class_that_is_not_on_the_kiosk_can_be_given_by_staff_only(hall: Hall) -> None:
    hidden = SITE.replace('key = "preferential"', 'key = "preferential"\nkiosk = false')
    await hall.load(hidden)
    async with refused(hall, "attention-not-here"):
        await hall.take("caja", "preferential", channel="kiosk")
    await hall.take("caja", "preferential", channel="greeter")


async def test_a_closed_service_says_when_it_opens_today(hall: Hall) -> None:
    hall.wait(4.5 * 3600)
    assert hall.wall() == "13:30"
    async with refused(hall, "service-closed-until", service="caja", opens="14:00"):
        await hall.take("caja")
    hall.wait(5 * 3600)
    async with refused(hall, "service-closed", service="caja"):
        await hall.take("caja")
    await hall.take("urgencia")


async def test_a_service_is_closed_on_a_day_without_hours(hall: Hall) -> None:
    hall.wait(2 * 24 * 3600)
    async with refused(hall, "service-closed"):
        await hall.take("caja")


async def test_a_paused_service_is_refused(hall: Hall) -> None:
    def pause(tx: Tx, _: None) -> None:
        tx.run(_PAUSE)

    await hall.act(pause, None)
    async with refused(hall, "service-paused"):
        await hall.take("caja")


async def test_the_quota_ends_the_day_and_the_next_day_begins_anew(hall: Hall) -> None:
    assert [await hall.number("citas") for _ in range(2)] == ["K001", "K002"]
    async with refused(hall, "quota-reached", quota=2):
        await hall.take("citas")
    hall.wait(24 * 3600)
    assert await hall.number("citas") == "K001"


@both_engines
async def test_numbers_that_are_only_set_aside_use_up_no_quota(hall: Hall) -> None:
    async def state() -> str:
        found = await hall.read(reads.services, hall.site, hall.clock.line_ms())
        return {one.key: one.state for one in found}["citas"]

    leased = await hall.act(leases.lease, requests.LeaseNumbers("citas", 5, "paper"))
    assert (leased.first, await state()) == ("K001", "open")
    assert await hall.number("citas") == "K006"
    assert await state() == "open"
    # One of them is a ticket now, as good as any.
    now = hall.clock.now_ms()
    await hall.act(by_hand.enter, requests.HandCall("K002", "citas", "hnc.v1", now - 60_000, now))
    assert await state() == "full"
    async with refused(hall, "quota-reached", quota=2):
        await hall.take("citas")
    assert await hall.number("caja") == "C001"


async def test_who_is_attended_without_a_ticket_uses_up_the_quota(hall: Hall) -> None:
    for _ in range(2):
        await hall.unticketed("citas")
    async with refused(hall, "quota-reached", quota=2):
        await hall.take("citas")


@pytest.mark.parametrize("people", [0, -1, 21])
async def test_a_ticket_stands_for_a_sensible_number_of_people(hall: Hall, people: int) -> None:
    async with refused(hall, "people-out-of-range", max=20):
        await hall.take("caja", people=people)


async def test_a_language_that_the_site_does_not_speak_is_refused(hall: Hall) -> None:
    async with refused(hall, "language-unknown", language="de"):
        await hall.take("caja", language="de")
