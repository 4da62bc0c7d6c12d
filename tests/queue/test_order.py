"""Who is next at a real site: its rule, its targets, its desks for some classes, who has an hour."""

import msgspec
import pytest
from sqlalchemy import select

from tests.queue.engines import both_engines
from tests.queue.hall import MORNING_MS, SITE, Hall
from tests.queue.refusal import refused
from turnero.queue import reads, requests
from turnero.queue.commands import desks
from turnero.queue.commands.forecasts import publish
from turnero.queue.facts import TicketCalled, TicketIssued
from turnero.queue.promises import Point, Snapshot
from turnero.queue.reads.overrides import overrides
from turnero.queue.routing import Order, rederive
from turnero.queue.tables import service
from turnero.store.sql import Statement

MINUTE = 60_000


def site(settings: str = "", profile: str = "pe", desk: str = "", dedicated: str = "") -> str:
    """The hall with other settings, and lines more for desk v1 or for the class preferential."""
    text = SITE.replace('profile = "pe"', f'profile = "{profile}"')
    text = text.replace("hours =", f"settings = {{ {settings} }}\nhours =", 1)
    text = text.replace('overflow = ["sangre"]', f'overflow = ["sangre"]\n{desk}')
    return text.replace('key = "preferential"', f'key = "preferential"\n{dedicated}')


async def calls(hall: Hall, desk: str = "v1", times: int = 4) -> str:
    """Which classes are called one after the other: p or o."""
    called = []
    for _ in range(times):
        ticket = await hall.next(desk)
        assert ticket is not None
        called.append((await hall.ticket(ticket)).attention[0])
        hall.wait(1)
    return "".join(called)


async def both_wait(hall: Hall, each: int = 8) -> None:
    """Ordinary ones, and later preferential ones, of one service."""
    for attention in ("ordinary", "preferential"):
        for _ in range(each):
            await hall.take("caja", attention)
            hall.wait(1)


@both_engines
async def test_in_peru_three_of_four_are_preferential_while_both_wait(hall: Hall) -> None:
    await both_wait(hall)
    assert await calls(hall, times=8) == "pppopppo"
    rules = [fact.why.rule for fact in await hall.facts(TicketCalled)]
    assert rules[:4] == ["class", "class", "class", "share"]


async def test_several_desks_take_turns_from_one_line(hall: Hall) -> None:
    await hall.load(SITE.replace('["sangre", "infecto"]', '["caja"]'))
    await both_wait(hall)
    assert [await calls(hall, desk, 1) for desk in ("v1", "v2", "v1", "v2", "v1")] == [*"pppop"]


@both_engines
async def test_an_undone_call_is_no_turn(hall: Hall) -> None:
    await both_wait(hall)
    assert await calls(hall, times=2) == "pp"
    for _ in range(3):
        ticket = await hall.next()
        assert ticket is not None
        await hall.move("undo", ticket)
    assert await calls(hall, times=2) == "po"
    serving = (await hall.desk()).serving
    assert serving is not None
    await hall.move("undo", serving.ticket)
    assert await calls(hall, times=5) == "opppo"


async def test_what_was_called_by_hand_is_no_turn(hall: Hall) -> None:
    await both_wait(hall)
    late = await hall.take("caja", "preferential")
    await hall.call(late)
    assert await calls(hall) == "pppo"


@pytest.mark.parametrize(
    ("settings", "called"),
    [
        ("share_first = 1", "popopo"),
        ("share_first = 1, share_rest = 2", "poopoo"),
        ('order = "strict"', "pppppp"),
    ],
)
async def test_the_site_says_how_many_or_that_it_is_strict(
    hall: Hall, settings: str, called: str
) -> None:
    await hall.load(site(settings))
    await both_wait(hall)
    assert await calls(hall, times=6) == called


@both_engines
@pytest.mark.parametrize("profile", ["co", "plain"])
async def test_elsewhere_half_the_target_ages_twice_as_fast(hall: Hall, profile: str) -> None:
    await hall.load(site(profile=profile))
    await hall.take("caja", "ordinary")
    hall.wait(600)
    await hall.take("caja", "preferential")
    hall.wait(590)
    assert await calls(hall, times=1) == "o"
    await hall.take("caja", "ordinary")
    hall.wait(20)
    (fact,) = await hall.facts(TicketCalled)
    assert fact.why.order == Order("accumulating")
    assert [(seen.target_ms, seen.aged_ms) for seen in fact.why.heads] == [
        (30 * MINUTE, 1_190_000),
        (15 * MINUTE, 590_000),
    ]
    assert await calls(hall, times=1) == "p"


@pytest.mark.parametrize(
    ("settings", "dedicated", "service", "targets"),
    [
        ("", "", "caja", (30, 15)),
        ("target_minutes = 60", "", "caja", (60, 30)),
        ("target_minutes = 60", "", "sangre", (20, 10)),
        ("", "target_minutes = 5", "sangre", (20, 5)),
    ],
)
async def test_a_target_is_the_classs_else_the_services_else_the_sites(
    hall: Hall, settings: str, dedicated: str, service: str, targets: tuple[int, int]
) -> None:
    await hall.load(site(settings, dedicated=dedicated))
    ordinary = await hall.take(service, "ordinary")
    await hall.take(service, "preferential")
    await hall.next("v1")
    (fact,) = await hall.facts(TicketCalled)
    found = {seen.ticket == ordinary: seen.target_ms // MINUTE for seen in fact.why.heads}
    assert (found[True], found[False]) == targets


async def test_a_clinical_class_goes_before_everybody_by_any_rule(hall: Hall) -> None:
    await both_wait(hall, 2)
    red = await hall.take("caja", "rojo", channel="triage")
    assert await hall.next() == red
    assert (await hall.facts(TicketCalled))[0].why.rule == "clinical"


@both_engines
async def test_a_desk_for_a_class_calls_it_first_and_helps_the_others(hall: Hall) -> None:
    await hall.load(site(desk='classes = ["preferential"]'))
    await both_wait(hall, 4)
    await hall.take("sangre", "rojo", channel="triage")
    assert await calls(hall, times=6) == "rppppo", "of an overflow service, and still first"


@both_engines
async def test_a_dedicated_desk_never_calls_the_others_but_clinical_ones(hall: Hall) -> None:
    text = site(desk='classes = ["preferential"]\nonly_classes = true').replace(
        '["sangre", "infecto"]', '["sangre", "infecto", "caja", "urgencia"]'
    )
    await hall.load(text)
    await both_wait(hall, 2)
    red = await hall.take("caja", "rojo", channel="triage")
    own = await hall.take("caja", "ordinary")
    assert await hall.next() == red
    assert await calls(hall, times=2) == "pp"
    assert await hall.next() is None
    await hall.transfer(own, desk="v1")
    assert await hall.next() == own


@both_engines
async def test_a_dedicated_desk_is_no_desk_for_the_others(hall: Hall) -> None:
    text = site(desk='classes = ["preferential"]\nonly_classes = true').replace(
        '["sangre", "infecto"]', '["sangre", "infecto", "caja", "urgencia"]'
    )
    await hall.load(text)
    await hall.open("v1", "user:3")
    await hall.open("v2", "user:4")
    ordinary = await hall.take("caja", "ordinary")
    await hall.take("caja", "preferential")
    await hall.take("caja", "rojo", channel="triage")
    waiting = {one.service: one.waiting for one in (await hall.desk("v1")).queues}
    assert waiting["caja"] == 2
    async with refused(hall, "service-last-desk", service="caja", waiting=1):
        await hall.act(desks.close_desk, requests.CloseDesk("hnc.v2"), "user:4")
    await hall.move("cancel", ordinary)
    await hall.act(desks.close_desk, requests.CloseDesk("hnc.v2"), "user:4")
    async with refused(hall, "service-last-desk", service="caja", waiting=2):
        await hall.act(desks.close_desk, requests.CloseDesk("hnc.v1"), "user:3")
    await hall.take("caja", "ordinary")
    for _ in range(2):
        called = await hall.next("v1", actor="user:3")
        assert called is not None
        await hall.finish(called)
    # Whom it never calls is not its line to leave.
    await hall.act(desks.close_desk, requests.CloseDesk("hnc.v1"), "user:3")


@both_engines
async def test_an_appointment_has_its_place_at_its_hour_and_a_late_person_at_theirs(
    hall: Hall,
) -> None:
    await hall.load(site('order = "accumulating"'))
    late = await hall.take(origin="appointment", due_ms=MORNING_MS - 30 * MINUTE)
    hall.wait(60)
    walked_in = await hall.take()
    early = await hall.take(origin="appointment", due_ms=MORNING_MS + 30 * MINUTE)
    hall.wait(60)
    after = await hall.take()
    assert [await hall.next() for _ in range(3)] == [late, walked_in, after]
    hall.wait(60)
    assert await hall.next() == early
    fact = (await hall.facts(TicketCalled))[-1]
    assert (fact.waited_ms, fact.why.rule) == (0, "only")


async def test_at_its_hour_an_appointment_goes_before_who_came_after_it(hall: Hall) -> None:
    await hall.load(site('order = "accumulating"'))
    early = await hall.take(origin="appointment", due_ms=MORNING_MS + 10 * MINUTE)
    hall.wait(11 * 60)
    await hall.take()
    hall.wait(60)
    assert await hall.next() == early
    assert (await hall.facts(TicketCalled))[0].waited_ms == 2 * MINUTE


async def test_before_its_hour_it_is_called_when_nobody_else_is_due(hall: Hall) -> None:
    for minutes in (20, 10):
        await hall.take(origin="appointment", due_ms=MORNING_MS + minutes * MINUTE)
    await hall.next()
    (fact,) = await hall.facts(TicketCalled)
    assert (fact.why.rule, fact.waited_ms) == ("early", 0)
    assert [seen.aged_ms for seen in fact.why.heads] == [-10 * MINUTE]


@both_engines
async def test_a_callback_has_the_place_of_when_it_was_asked_for(hall: Hall) -> None:
    await hall.take()
    hall.wait(60)
    asked = await hall.take(origin="callback", due_ms=MORNING_MS - 5 * MINUTE)
    assert await hall.next() == asked
    (fact,) = await hall.facts(TicketCalled)
    assert fact.waited_ms == 6 * MINUTE
    issued = (await hall.facts(TicketIssued))[-1]
    assert (issued.origin, issued.due_ms) == ("callback", MORNING_MS - 5 * MINUTE)


async def test_the_hour_of_an_appointment_follows_it_to_another_service(hall: Hall) -> None:
    await hall.load(site('order = "accumulating"'))
    due_ms = MORNING_MS + 10 * MINUTE
    early = await hall.take("citas", origin="appointment", due_ms=due_ms)
    hall.wait(9 * 60)
    first = await hall.take("caja")
    hall.wait(2 * 60)
    second = await hall.take("caja")
    await hall.transfer(early, service="caja")
    assert [await hall.next() for _ in range(3)] == [first, early, second]


async def test_an_hour_that_cannot_be_is_refused(hall: Hall) -> None:
    day = 24 * 60 * MINUTE
    async with refused(hall, "origin-unknown", known="walk-in, appointment, callback"):
        await hall.take(origin="friend")
    for origin, due_ms in (("appointment", None), ("callback", None), ("walk-in", MORNING_MS)):
        async with refused(hall, "due-needed", origin=origin):
            await hall.take(origin=origin, due_ms=due_ms)
    for origin, due_ms in (
        ("appointment", MORNING_MS + day + 1),
        ("appointment", MORNING_MS - day - 1),
        ("callback", MORNING_MS + 1),
        ("callback", MORNING_MS - 21 * day - 1),
    ):
        async with refused(hall, "due-out-of-range"):
            await hall.take(origin=origin, due_ms=due_ms)


@both_engines
async def test_a_call_by_hand_says_whom_it_passed(hall: Hall) -> None:
    due = await hall.take()
    second = await hall.take()
    parked = await hall.take("urgencia")
    await hall.call(parked)
    await hall.move("park", parked)
    await hall.call(second)
    await hall.call(parked)
    whys = [fact.why for fact in await hall.facts(TicketCalled)]
    assert [(why.rule, why.heads[0].ticket, rederive(why)) for why in whys] == [
        ("chosen", parked, due),
        ("chosen", second, due),
        ("chosen", parked, due),
    ]
    listed = await hall.read(overrides, hall.site, "2026-03-02")
    assert [(one.called.ticket, one.passed and one.passed.ticket) for one in listed] == [
        (parked, due),
        (second, due),
        (parked, due),
    ]
    assert {(one.actor, one.desk, one.reason) for one in listed} == {
        ("token:1", "hnc.v1", "adulto mayor")
    }
    assert await hall.read(overrides, hall.site, "2026-03-03") == ()


async def test_the_wait_that_is_told_to_who_walks_in_is_not_that_of_appointments(
    hall: Hall,
) -> None:
    for _ in range(6):
        await hall.take(origin="appointment", due_ms=MORNING_MS - MINUTE)
    for _ in range(3):
        hall.wait(360)
        await hall.next()
    services = await hall.read(reads.services, hall.site, hall.clock.line_ms())
    assert {one.key: one.wait for one in services}["caja"] is None


async def test_who_comes_is_told_what_their_ticket_is_promised(hall: Hall) -> None:
    """Before and after it is taken, whoever else has an appointment."""
    points = (Point(0, 600, 600, 600), Point(100, 60_600, 60_600, 60_600))
    body = msgspec.json.encode(Snapshot(1, "ordinary", {"ordinary": points})).decode()
    (caja,) = await hall.rows(Statement(select(service.c.id).where(service.c.key == "caja")))
    await hall.act(publish, requests.PublishForecasts(((caja.id, body),)))
    for _ in range(6):
        await hall.take(origin="appointment", due_ms=MORNING_MS + 5 * MINUTE)
    await hall.take(attention="preferential")
    await hall.take()
    services = await hall.read(reads.services, hall.site, hall.clock.line_ms())
    told = {one.key: one.wait for one in services}["caja"]
    assert told is not None
    assert told.low_minutes == 30
    taken = await hall.read(reads.taken, await hall.take(), hall.clock.line_ms())
    assert taken is not None
    assert taken.wait == told
