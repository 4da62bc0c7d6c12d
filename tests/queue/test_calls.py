"""Next, a chosen call, recall and no-show."""

import msgspec
import pytest

from tests.queue.hall import SITE, Hall
from tests.queue.refusal import refused
from turnero.queue.facts import (
    ServiceFinished,
    SessionOpened,
    TicketCalled,
    TicketNoShow,
    TicketRecalled,
)


@pytest.mark.rule("next-finish-call")
async def test_next_calls_the_oldest_and_finishes_the_one_before(hall: Hall) -> None:
    first, second = await hall.take(), await hall.take()
    assert await hall.next() == first
    assert await hall.next() == second
    assert await hall.state(first) == "finished"
    assert await hall.state(second) == "called"


@pytest.mark.rule("next-finish-call")
async def test_next_with_nobody_waiting_finishes_and_calls_nobody(hall: Hall) -> None:
    only = await hall.take()
    await hall.next()
    assert await hall.next() is None
    assert await hall.state(only) == "finished"
    assert await hall.next() is None


async def test_a_better_class_is_called_first_then_the_oldest_of_the_rest(hall: Hall) -> None:
    ordinary = await hall.take()
    hall.wait(60)
    preferential = await hall.take(attention="preferential")
    assert [await hall.next() for _ in range(2)] == [preferential, ordinary]


async def test_oldest_first_across_services_of_one_class(hall: Hall) -> None:
    one = await hall.take("caja")
    hall.wait(1)
    two = await hall.take("urgencia")
    hall.wait(1)
    three = await hall.take("caja")
    assert [await hall.next() for _ in range(3)] == [one, two, three]


@pytest.mark.rule("next-finish-call")
async def test_overflow_is_called_only_when_no_primary_one_waits(hall: Hall) -> None:
    blood = await hall.take("sangre", "preferential")
    hall.wait(600)
    cash = await hall.take("caja")
    assert [await hall.next("v1") for _ in range(2)] == [cash, blood]
    whys = [fact.why.rule for fact in await hall.facts(TicketCalled)]
    assert whys == ["primary", "overflow"]


async def test_a_desk_calls_only_its_own_services(hall: Hall) -> None:
    await hall.take("caja")
    assert await hall.next("v2") is None


async def test_two_desks_never_call_the_same_ticket(hall: Hall) -> None:
    tickets = {await hall.take("sangre") for _ in range(6)}
    called = [await hall.next("v1" if turn % 2 else "v2") for turn in range(6)]
    assert set(called) == tickets


async def test_the_call_says_why_and_keeps_it_with_the_ticket(hall: Hall) -> None:
    ordinary = await hall.take()
    hall.wait(60)
    preferential = await hall.take(attention="preferential")
    hall.wait(60)
    await hall.next()
    (fact,) = await hall.facts(TicketCalled)
    assert (fact.ticket, fact.desk, fact.waited_ms) == (preferential, "hnc.v1", 60_000)
    assert fact.why.rule == "class"
    assert [(seen.ticket, seen.waited_ms) for seen in fact.why.heads] == [
        (preferential, 60_000),
        (ordinary, 120_000),
    ]
    serving = (await hall.desk()).serving
    assert serving is not None
    assert serving.why == fact.why


@pytest.mark.rule("desk-session")
async def test_a_bare_next_opens_a_session_that_belongs_to_the_desk(hall: Hall) -> None:
    await hall.next()
    (fact,) = await hall.facts(SessionOpened)
    assert (fact.desk, fact.agent) == ("hnc.v1", None)
    await hall.next()
    assert len(await hall.facts(SessionOpened)) == 1


async def test_a_person_must_open_the_desk_first(hall: Hall) -> None:
    await hall.take()
    async with refused(hall, "desk-closed", desk="hnc.v1"):
        await hall.next(actor="user:3")


async def test_an_unknown_desk_is_refused(hall: Hall) -> None:
    async with refused(hall, "desk-unknown", desk="hnc.v9"):
        await hall.next("v9")


@pytest.mark.rule("next-finish-call")
async def test_service_counts_from_twenty_seconds_after_the_last_call(hall: Hall) -> None:
    ticket = await hall.take()
    await hall.next()
    hall.wait(15)
    await hall.move("recall", ticket)
    recalled_ms = hall.clock.line_ms()
    hall.wait(300)
    await hall.finish(ticket)
    (fact,) = await hall.facts(ServiceFinished)
    assert (fact.started_ms, fact.pressed) == (recalled_ms + 20_000, False)
    assert fact.ended_ms == recalled_ms + 300_000


async def test_service_never_starts_after_its_end(hall: Hall) -> None:
    ticket = await hall.take()
    await hall.next()
    hall.wait(5)
    await hall.finish(ticket)
    (fact,) = await hall.facts(ServiceFinished)
    assert fact.started_ms == fact.ended_ms == hall.clock.line_ms()


@pytest.mark.rule("next-finish-call")
async def test_service_counts_from_start_when_it_was_pressed(hall: Hall) -> None:
    ticket = await hall.take()
    await hall.next()
    hall.wait(7)
    await hall.move("start", ticket)
    started_ms = hall.clock.line_ms()
    hall.wait(60)
    await hall.next()
    (fact,) = await hall.facts(ServiceFinished)
    assert (fact.started_ms, fact.pressed) == (started_ms, True)


@pytest.mark.rule("absent")
async def test_recall_is_legal_until_start_and_counts_when_far_enough(hall: Hall) -> None:
    ticket = await hall.take()
    await hall.next()
    for seconds in (5, 15, 19, 1):
        hall.wait(seconds)
        await hall.move("recall", ticket)
    found = [(fact.recall, fact.counted) for fact in await hall.facts(TicketRecalled)]
    assert found == [(1, False), (2, True), (3, False), (4, True)]
    await hall.move("start", ticket)
    async with refused(hall, "move-illegal", move="recall", state="serving"):
        await hall.move("recall", ticket)


@pytest.mark.rule("absent")
async def test_no_show_says_how_many_recalls_are_missing_and_when_one_counts(
    hall: Hall,
) -> None:
    ticket = await hall.take()
    await hall.next()
    hall.wait(5)
    async with refused(hall, "no-show-too-soon", done=0, needed=2, wait_s=15):
        await hall.move("no-show", ticket)
    hall.wait(15.5)
    await hall.move("recall", ticket)
    async with refused(hall, "no-show-too-soon", done=1, needed=2, wait_s=20):
        await hall.move("no-show", ticket)
    hall.wait(30)
    async with refused(hall, "no-show-too-soon", done=1, wait_s=0):
        await hall.move("no-show", ticket)
    await hall.move("recall", ticket)
    await hall.move("no-show", ticket)
    (fact,) = await hall.facts(TicketNoShow)
    assert fact.recalls == 2
    assert (await hall.desk()).serving is None


@pytest.mark.rule("absent")
async def test_recalls_in_quick_succession_do_not_make_a_no_show(hall: Hall) -> None:
    ticket = await hall.take()
    await hall.next()
    for _ in range(5):
        hall.wait(3)
        await hall.move("recall", ticket)
    async with refused(hall, "no-show-too-soon", done=0, wait_s=5):
        await hall.move("no-show", ticket)


async def test_the_site_sets_how_many_recalls_a_no_show_needs(hall: Hall) -> None:
    await hall.load(SITE.replace("hours =", "settings = { no_show_recalls = 0 }\nhours =", 1))
    ticket = await hall.take()
    await hall.next()
    await hall.move("no-show", ticket)


async def test_the_desk_page_says_when_no_show_becomes_legal(hall: Hall) -> None:
    ticket = await hall.take()
    await hall.next()
    called_ms = hall.clock.line_ms()
    serving = (await hall.desk()).serving
    assert serving is not None
    assert serving.no_show_ms == called_ms + 40_000
    for _ in range(2):
        hall.wait(20)
        await hall.move("recall", ticket)
    serving = (await hall.desk()).serving
    assert serving is not None
    assert serving.no_show_ms is None


@pytest.mark.rule("next-finish-call")
async def test_a_chosen_call_needs_a_reason_that_stays_out_of_the_journal(hall: Hall) -> None:
    await hall.take()
    chosen = await hall.take()
    for reason in ("", "   "):
        async with refused(hall, "reason-missing"):
            await hall.call(chosen, reason=reason)
    async with refused(hall, "text-too-long", field="reason", max=200):
        await hall.call(chosen, reason="x" * 201)
    async with refused(hall, "text-unreadable", field="reason"):
        await hall.call(chosen, reason="por \u202eavor")
    await hall.call(chosen, reason="  La señora Rojas no se siente bien ")
    serving = (await hall.desk()).serving
    assert serving is not None
    assert serving.call_reason == "La señora Rojas no se siente bien"
    assert serving.why.rule == "chosen"
    assert all(b"Rojas" not in entry.body for entry in await hall.entries())


async def test_a_chosen_call_finishes_the_one_in_service(hall: Hall) -> None:
    first = await hall.take()
    await hall.take()
    chosen = await hall.take()
    await hall.next()
    await hall.call(chosen)
    assert [await hall.state(one) for one in (first, chosen)] == ["finished", "called"]


@pytest.mark.rule("parked")
async def test_a_parked_one_is_called_from_any_desk_of_its_service(hall: Hall) -> None:
    ticket = await hall.take("sangre")
    await hall.next("v2")
    await hall.move("park", ticket)
    assert [one.ticket for one in (await hall.desk("v1")).parked] == [ticket]
    await hall.call(ticket, desk="v1")
    view = await hall.ticket(ticket)
    assert (view.state, view.desk) == ("called", "hnc.v1")


@pytest.mark.rule("next-finish-call")
@pytest.mark.parametrize("press", ["next", "finish", "call"])
async def test_a_service_that_asks_for_an_outcome_gets_one(hall: Hall, press: str) -> None:
    ticket = await hall.take("infecto")
    other = await hall.take("sangre")
    await hall.next("v2") if press != "call" else await hall.call(ticket, "v2")
    async with refused(hall, "outcome-missing"):
        await hall.next("v2") if press == "next" else await hall.finish(ticket)
    async with refused(hall, "outcome-unknown", outcome="cured"):
        await hall.finish(ticket, "cured")
    if press == "call":
        async with refused(hall, "outcome-missing"):
            await hall.call(other, "v2")
    await hall.next("v2", outcome="referred")
    (fact,) = await hall.facts(ServiceFinished)
    assert fact.outcome == "referred"
    assert (await hall.ticket(ticket)).outcome == "referred"


async def test_an_outcome_may_be_told_where_nobody_asks(hall: Hall) -> None:
    ticket = await hall.take()
    await hall.next()
    await hall.finish(ticket, "incomplete")
    assert (await hall.ticket(ticket)).outcome == "incomplete"


async def test_a_page_of_another_desk_cannot_move_a_ticket_that_has_left_it(
    hall: Hall,
) -> None:
    ticket = await hall.take("sangre")
    await hall.next("v2")
    async with refused(hall, "ticket-not-here", desk="hnc.v2"):
        await hall.move("recall", ticket, at="v1")
    await hall.move("recall", ticket, at="v2")


async def test_an_unknown_ticket_is_refused(hall: Hall) -> None:
    async with refused(hall, "ticket-unknown"):
        await hall.move("recall", "0" * 32)


async def test_the_facts_are_the_words_of_the_field(hall: Hall) -> None:
    ticket = await hall.take()
    await hall.next()
    await hall.finish(ticket)
    kinds = [msgspec.json.decode(entry.body)["kind"] for entry in await hall.entries()]
    assert kinds[-4:] == ["ticket-issued", "session-opened", "ticket-called", "service-finished"]
