"""A desk that calls by itself: whenever it is free and somebody is due, once, and never in an emergency."""

from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import update

from tests.queue.engines import both_engines
from tests.queue.hall import SITE, Hall
from turnero.queue import requests
from turnero.queue.call_requests import HoldLine, Lead, OfCallback, Opened
from turnero.queue.commands import callbacks, desks, leading, lines, messages, reaching
from turnero.queue.commands.auto_call import AUTO_CALL
from turnero.queue.facts import TicketCalled
from turnero.store.consumers import Consumer, Consumers
from turnero.store.sql import Statement
from turnero.store.tables import cursor
from turnero.store.tx import Tx

AUTO = SITE.replace('zone = "a"\nprimary', 'zone = "a"\nauto_call = true\nprimary', 1)


def _failed(name: str, error: Exception) -> None:
    raise AssertionError(name) from error


async def settle(hall: Hall, consumer: Consumer = AUTO_CALL) -> None:
    """Let the consumer deal with what has happened, as the server's does."""
    await Consumers(hall.ledger, [consumer], _failed)._catch_up(consumer, 1)


async def at_desk(hall: Hall, desk: str = "v1") -> str | None:
    serving = (await hall.desk(desk)).serving
    return serving.ticket if serving else None


@pytest.fixture
async def auto(hall: Hall) -> Hall:
    """Desk v1 calls by itself and is open."""
    assert AUTO != SITE
    await hall.load(AUTO)
    await hall.open("v1", "user:3")
    return hall


@pytest.mark.rule("next-finish-call")
@both_engines
async def test_who_comes_to_a_free_desk_is_called_at_once(auto: Hall) -> None:
    ticket = await auto.take()
    assert await at_desk(auto) is None
    await settle(auto)
    assert await at_desk(auto) == ticket
    (fact,) = await auto.facts(TicketCalled)
    assert fact.why.rule == "only"
    (entry,) = [entry for entry in await auto.entries() if entry.kind == "ticket-called"]
    assert entry.actor == "consumer:auto-call"


async def finish(hall: Hall, ticket: str) -> None:
    await hall.finish(ticket)


async def no_show(hall: Hall, ticket: str) -> None:
    await hall.no_show(ticket)


async def park(hall: Hall, ticket: str) -> None:
    await hall.move("park", ticket)


async def transfer(hall: Hall, ticket: str) -> None:
    await hall.transfer(ticket, service="infecto")


async def cancel(hall: Hall, ticket: str) -> None:
    await hall.move("cancel", ticket)


async def test_so_does_a_patient_who_was_not_reached(auto: Hall) -> None:
    led = await auto.ledger.run(leading.lead, Lead("one"), site=0, actor="system")
    await auto.ledger.run(leading.opened, Opened(led.epoch, open=True), site=0, actor="system")
    rung, here = await auto.ring_me(), await auto.take()
    await settle(auto)
    assert await at_desk(auto) == rung.ticket
    await auto.act(reaching.by_hand, OfCallback(rung.callback, "busy", "hnc.v1"))
    await settle(auto)
    assert await at_desk(auto) == here


async def test_so_does_who_was_to_be_rung_later_and_rings_us_now(auto: Hall) -> None:
    led = await auto.ledger.run(leading.lead, Lead("one"), site=0, actor="system")
    await auto.ledger.run(leading.opened, Opened(led.epoch, open=True), site=0, actor="system")
    later = await auto.ring_me(from_minute=16 * 60)
    await settle(auto)
    assert await at_desk(auto) is None
    await auto.act(callbacks.hold, HoldLine(leg="in-1", callback=later.callback))
    await settle(auto)
    assert await at_desk(auto) == later.ticket


@pytest.mark.rule("next-finish-call")
@pytest.mark.parametrize("act", [finish, no_show, park, transfer, cancel])
async def test_whatever_frees_the_desk_calls_the_next(
    auto: Hall, act: Callable[[Hall, str], object]
) -> None:
    first, second = await auto.take(), await auto.take()
    await settle(auto)
    assert await at_desk(auto) == first
    await act(auto, first)  # type: ignore[misc]
    await settle(auto)
    assert await at_desk(auto) == second


@pytest.mark.rule("next-finish-call")
async def test_nobody_is_called_during_a_break_and_the_next_after_it(auto: Hall) -> None:
    await auto.act(desks.pause_desk, requests.PauseDesk("hnc.v1", "almuerzo"), "user:3")
    ticket = await auto.take()
    await settle(auto)
    assert await at_desk(auto) is None
    await auto.act(desks.resume_desk, requests.DeskMove("hnc.v1"), "user:3")
    await settle(auto)
    assert await at_desk(auto) == ticket


@pytest.mark.rule("emergency")
@both_engines
async def test_nobody_is_called_during_an_emergency_and_the_next_after_it(auto: Hall) -> None:
    shown = await auto.act(
        messages.show, requests.ShowMessage("emergency", {"es": "Salgan"}, zones=("a",))
    )
    ticket = await auto.take()
    await settle(auto)
    assert await at_desk(auto) is None
    await auto.act(messages.end, requests.EndMessage(shown.message))
    await settle(auto)
    assert await at_desk(auto) == ticket


async def test_a_line_that_is_moved_to_it_is_called(auto: Hall) -> None:
    ticket = await auto.take("infecto")
    await settle(auto)
    assert await at_desk(auto) is None
    await auto.act(lines.move_line, requests.MoveLine("infecto", "caja"))
    await settle(auto)
    assert await at_desk(auto) == ticket


async def test_a_desk_opens_and_calls(hall: Hall) -> None:
    await hall.load(AUTO)
    ticket = await hall.take()
    await settle(hall)
    assert await at_desk(hall) is None
    await hall.open("v1")
    await settle(hall)
    assert await at_desk(hall) == ticket


@pytest.mark.rule("next-finish-call")
@both_engines
async def test_after_an_undo_the_desk_waits_whatever_happens_then_goes_on(auto: Hall) -> None:
    ticket = await auto.take()
    await settle(auto)
    await auto.move("undo", ticket)
    await auto.take()  # whatever brings or frees somebody: not at once
    await settle(auto)
    assert await at_desk(auto) is None
    auto.wait(29)
    await auto.fire_timers()
    await auto.take()
    await settle(auto)
    assert await at_desk(auto) is None
    auto.wait(1)
    await auto.fire_timers()
    assert await at_desk(auto) == ticket


@pytest.mark.rule("next-finish-call")
async def test_after_an_undo_the_desk_waits_also_where_the_consumer_is_behind(auto: Hall) -> None:
    ticket = await auto.take()
    await settle(auto)
    second = await auto.take()
    await auto.finish(ticket)
    assert await auto.next(actor="user:3") == second
    # That the desk was free is not yet dealt with when the call is taken back.
    await auto.move("undo", second)
    await settle(auto)
    assert await at_desk(auto) is None


async def rest(hall: Hall) -> None:
    await hall.act(desks.pause_desk, requests.PauseDesk("hnc.v1", "agua"), "user:3")
    await hall.act(desks.resume_desk, requests.DeskMove("hnc.v1"), "user:3")


async def serve_by_hand(hall: Hall) -> None:
    called = await hall.next(actor="user:3")
    assert called is not None
    await hall.finish(called)


@pytest.mark.rule("next-finish-call")
@pytest.mark.parametrize("press", [rest, serve_by_hand])
async def test_what_the_agent_presses_after_an_undo_lets_the_desk_go_on(
    auto: Hall, press: Callable[[Hall], Awaitable[None]]
) -> None:
    first, _ = await auto.take(), await auto.take()
    await settle(auto)
    await auto.move("undo", first)
    await settle(auto)
    assert await at_desk(auto) is None
    await press(auto)
    await settle(auto)
    assert await at_desk(auto) is not None


async def test_another_desk_calls_whom_an_undo_put_back(auto: Hall) -> None:
    both = AUTO.replace(
        'zone = "b"\nprimary = [', 'zone = "b"\nauto_call = true\nprimary = ["caja", '
    )
    await auto.load(both)
    ticket = await auto.take()
    await settle(auto)
    await auto.move("undo", ticket)
    await auto.open("v2", "user:4")
    await settle(auto)
    assert await at_desk(auto, "v2") == ticket


async def test_a_desk_without_the_option_calls_nobody(hall: Hall) -> None:
    await hall.open("v1")
    ticket = await hall.take()
    await settle(hall)
    assert await hall.state(ticket) == "waiting"


async def test_the_option_can_be_set_while_people_wait(hall: Hall) -> None:
    await hall.open("v1")
    ticket = await hall.take()
    await settle(hall)
    await hall.load(AUTO)
    await settle(hall)
    assert await at_desk(hall) == ticket


@pytest.mark.rule("next-finish-call")
@both_engines
async def test_facts_dealt_with_again_call_nobody_twice(auto: Hall) -> None:
    taken = [await auto.take() for _ in range(4)]
    await settle(auto)

    def forget(tx: Tx, _request: None) -> None:
        """As if the process had died before its cursor was kept."""
        tx.run(Statement(update(cursor).values(seq=0)))

    for _ in range(3):
        await auto.act(forget, None)
        await settle(auto)
    assert [fact.ticket for fact in await auto.facts(TicketCalled)] == taken[:1]
    await auto.finish(taken[0])
    await auto.act(forget, None)
    await settle(auto)
    assert [fact.ticket for fact in await auto.facts(TicketCalled)] == taken[:2]


async def test_where_no_desk_calls_by_itself_facts_cost_no_commit(hall: Hall) -> None:
    await hall.open("v1")
    await hall.take()
    before = await hall.entries()
    run, commands = hall.ledger.run, []

    async def counted(command: object, *args: object, **more: object) -> object:
        commands.append(command)
        return await run(command, *args, **more)  # type: ignore[call-overload]

    hall.ledger.run = counted  # type: ignore[method-assign,assignment]
    await settle(hall)
    assert commands == []
    assert await hall.entries() == before


TWO = AUTO.replace(
    'zone = "b"\nprimary = ["sangre", "infecto"]',
    'zone = "b"\nauto_call = true\nprimary = ["caja", "sangre", "infecto"]',
)


@both_engines
async def test_of_idle_desks_the_one_that_nobody_was_at_for_longest_calls(hall: Hall) -> None:
    await hall.load(TWO)
    await hall.open("v1", "user:3")
    hall.wait(5)
    await hall.open("v2", "user:4")
    busy = await hall.take()
    await settle(hall)
    assert await at_desk(hall, "v1") == busy
    hall.wait(60)
    await hall.finish(busy)
    await settle(hall)
    ticket = await hall.take()
    await settle(hall)
    # Desk 1 was opened earlier, but has been idle for less time.
    assert await at_desk(hall, "v2") == ticket


async def test_a_break_is_no_idle_time(hall: Hall) -> None:
    await hall.load(TWO)
    await hall.open("v1", "user:3")
    hall.wait(5)
    await hall.open("v2", "user:4")
    hall.wait(60)
    await rest(hall)
    ticket = await hall.take()
    await settle(hall)
    assert await at_desk(hall, "v2") == ticket


#: one desk is kept for sangre
KEPT = TWO.replace("target_minutes = 20", "target_minutes = 20\nreserve = 1")
#: and only v2 attends it
ALONE = KEPT.replace('overflow = ["sangre"]', "")


@both_engines
async def test_a_desk_that_is_kept_for_a_service_leaves_others_to_the_rest(hall: Hall) -> None:
    await hall.load(ALONE)
    await hall.open("v2", "user:4")
    cash = await hall.take("caja")
    await settle(hall)
    assert await at_desk(hall, "v2") is None
    hall.wait(60)
    await hall.open("v1", "user:3")
    await settle(hall)
    assert await at_desk(hall, "v1") == cash
    blood = await hall.take("sangre")
    await settle(hall)
    assert await at_desk(hall, "v2") == blood


async def test_as_many_free_desks_are_kept_as_the_service_says_and_no_more(hall: Hall) -> None:
    await hall.load(KEPT)
    await hall.open("v2", "user:4")
    await hall.open("v1", "user:3")
    first, second = await hall.take("caja"), await hall.take("caja")
    await settle(hall)
    # While both are free one of them may go, the other stays for blood tests.
    assert [await hall.state(one) for one in (first, second)] == ["called", "waiting"]


async def test_an_agent_who_presses_next_is_obeyed_at_a_desk_that_is_kept(hall: Hall) -> None:
    await hall.load(ALONE)
    await hall.open("v2", "user:4")
    cash = await hall.take("caja")
    await settle(hall)
    assert await hall.state(cash) == "waiting"
    assert await hall.next("v2", actor="user:4") == cash


async def test_a_desk_that_is_kept_calls_clinical_ones_and_its_own(hall: Hall) -> None:
    await hall.load(ALONE)
    await hall.open("v2", "user:4")
    own = await hall.take("caja")
    await hall.transfer(own, desk="v2")
    await settle(hall)
    assert await at_desk(hall, "v2") == own
    red = await hall.take("caja", "rojo", channel="triage")
    await hall.finish(own)
    await settle(hall)
    assert await at_desk(hall, "v2") == red


async def test_a_desk_that_is_kept_for_two_services_calls_for_either(hall: Hall) -> None:
    both = ALONE.replace("outcomes = true", "reserve = 1")
    await hall.load(both)
    await hall.open("v2", "user:4")
    cash, blood = await hall.take("caja"), await hall.take("sangre")
    await settle(hall)
    assert await at_desk(hall, "v2") == blood
    assert await hall.state(cash) == "waiting"
