"""What the greeter does with a ticket: correct it, let its person step out, give a new code, cancel."""

import re
from typing import Any

import pytest

from tests.desk.conftest import Room
from tests.desk.test_finding import code_of
from turnero.queue import reads
from turnero.queue.facts import CodeRenewed, TicketCorrected
from turnero.store import journal
from turnero.store.facts import Fact


async def facts(room: Room, kind: type[Fact]) -> list[Fact]:
    """Those of one kind, in order."""
    entries = await room.ledger.read(journal.read, 1, 0, 1000)
    return [entry.fact for entry in entries if isinstance(entry.fact, kind)]


async def act(room: Room, ticket: str, name: str, status: int = 200, **fields: Any) -> str:
    """Press a key of the card."""
    answer = await room.post(f"/greeter/tickets/{ticket}/{name}", "greeter", **fields)
    assert answer.status_code == status, answer.text
    return answer.text


async def test_a_ticket_is_cancelled_after_asking_and_the_cancelling_undone(room: Room) -> None:
    issued = await room.arrive()
    dialog = await room.text(f"/greeter/tickets/{issued.ticket}/ask/cancel", "greeter", part=True)
    assert "Cancel ticket A001?" in dialog
    answer = await act(room, issued.ticket, "cancel")
    assert "Cancelled" in answer
    assert f"/greeter/tickets/{issued.ticket}/undo" in answer
    await act(room, issued.ticket, "undo")
    assert (await room.ticket(issued.ticket)).state == "waiting"


async def test_what_a_desk_pressed_is_not_the_greeters_to_undo(room: Room) -> None:
    issued = await room.arrive()
    await room.open()
    await room.next()
    await act(room, issued.ticket, "undo", 409)
    assert (await room.ticket(issued.ticket)).state == "called"


@pytest.mark.rule("numbers")
async def test_class_service_and_people_are_corrected_with_a_reason(room: Room) -> None:
    issued = await room.arrive()
    dialog = await room.text(f"/greeter/tickets/{issued.ticket}/ask/correct", "greeter", part=True)
    assert "Correct ticket A001" in dialog
    assert "Oncology" in dialog  # staff read the internal name
    card = await act(
        room,
        issued.ticket,
        "correct",
        service="cash",
        attention="preferential",
        people="3",
        reason="Vino con sus dos hijos",
    )
    for word in ("A001", "Cashier", "Priority", "3 people"):
        assert word in card
    (fact,) = await facts(room, TicketCorrected)
    assert isinstance(fact, TicketCorrected)
    assert fact.service == ("admission", "cash")
    assert fact.attention == ("ordinary", "preferential")
    assert fact.people == (1, 3)


@pytest.mark.rule("several-people")
async def test_the_count_of_people_is_corrected_alone(room: Room) -> None:
    issued = await room.arrive()
    card = await act(room, issued.ticket, "correct", people="4", reason="Llegó su familia")
    assert "4 people" in card
    assert (await room.ticket(issued.ticket)).service == "admission"


async def test_no_correction_without_a_reason(room: Room) -> None:
    issued = await room.arrive()
    said = await act(room, issued.ticket, "correct", 422, people="4", reason="  ")
    assert "reason" in said.lower()
    assert (await room.ticket(issued.ticket)).people == 1


@pytest.mark.rule("lost-ticket")
async def test_a_new_code_revokes_the_old_one_and_is_shown_to_photograph(room: Room) -> None:
    issued = await room.arrive()
    old = await code_of(room, issued.ticket)
    assert "new code for A001" in await room.text(
        f"/greeter/tickets/{issued.ticket}/ask/renew", "greeter", part=True
    )
    card = await act(room, issued.ticket, "renew", paper="")
    new = await code_of(room, issued.ticket)
    assert new != old
    assert "The old one opens nothing any more." in card
    assert 'class="qr"' in card
    assert "data-paper" not in card
    assert await room.ledger.read(reads.ticket_by_code, old, room.clock.line_ms()) is None
    assert len(await facts(room, CodeRenewed)) == 1
    # the card that is looked at later does not show it
    later = await room.text(f"/greeter/tickets/{issued.ticket}", "greeter", part=True)
    assert 'class="qr"' not in later


async def test_a_new_code_with_paper_asks_the_printer_at_once(room: Room) -> None:
    issued = await room.arrive()
    assert "data-paper" in await act(room, issued.ticket, "renew", paper="yes")


@pytest.mark.rule("steps-out")
async def test_who_steps_out_keeps_the_place_and_is_back_by_one_touch(room: Room) -> None:
    first = await room.arrive()
    await room.arrive()
    card = await act(room, first.ticket, "step-out")
    assert "Stepped out" in card
    assert re.search(r"back by \d", card)
    assert "Back to the line" in card
    room.wait(60)
    back = await act(room, first.ticket, "return")
    assert "Nobody ahead" in back


@pytest.mark.rule("parked")
async def test_who_was_set_aside_is_brought_back(room: Room) -> None:
    await room.open()
    issued = await room.arrive()
    await room.next()
    await room.post("/desk/main.1/move/park", ticket=issued.ticket)
    card = await room.text(f"/greeter/tickets/{issued.ticket}", "greeter", part=True)
    assert "Back to the line" in card
    await act(room, issued.ticket, "return")
    assert (await room.ticket(issued.ticket)).state == "waiting"


@pytest.mark.rule("absent")
async def test_an_absent_person_comes_back_once(room: Room) -> None:
    await room.open()
    issued = await room.arrive()
    for _ in range(2):
        await room.next() if (await room.ticket(issued.ticket)).state == "waiting" else None
        for _ in range(2):
            room.wait(21)
            await room.post("/desk/main.1/move/recall", ticket=issued.ticket)
        room.wait(21)
        await room.post("/desk/main.1/move/no-show", ticket=issued.ticket)
        card = await room.text(f"/greeter/tickets/{issued.ticket}", "greeter", part=True)
        assert "Did not come" in card
        if (await room.ticket(issued.ticket)).return_until_ms is not None:
            assert "may come back until" in card
            await act(room, issued.ticket, "return")
    assert "Back to the line" not in card
    assert "return" not in re.findall(r"/greeter/tickets/\w+/(\w+)", card)


async def test_what_is_over_offers_nothing(room: Room) -> None:
    issued = await room.arrive()
    card = await act(room, issued.ticket, "cancel")
    assert "found-keys" not in card


async def test_another_act_is_not_found(room: Room) -> None:
    issued = await room.arrive()
    await act(room, issued.ticket, "finish", 404)
    missing = await room.get(f"/greeter/tickets/{issued.ticket}/ask/finish", "greeter", part=True)
    assert missing.status_code == 404


async def test_an_agent_does_none_of_it_here(room: Room) -> None:
    issued = await room.arrive()
    for name in ("renew", "correct", "step-out"):
        answer = await room.post(f"/greeter/tickets/{issued.ticket}/{name}", "agent", reason="x")
        assert answer.status_code == 403


async def change(room: Room, ticket: str, how: str, status: int = 200, **fields: Any) -> str:
    """Leave a step of the way out, or add one."""
    path = f"/greeter/tickets/{ticket}/way/{how}"
    answer = await room.post(path, "greeter", ticket=ticket, **fields)
    assert answer.status_code == status, answer.text
    return answer.text


async def way(room: Room, ticket: str) -> list[str]:
    """The steps of a ticket, the present one first."""
    found = await room.ticket(ticket)
    return [one.service for one in found.path if one.state in ("now", "next")]


async def test_the_way_of_who_waits_is_changed_and_each_change_undone(room: Room) -> None:
    ticket = (await room.arrive()).ticket
    dialog = await room.text(f"/greeter/tickets/{ticket}/ask/way", "greeter", part=True)
    assert "The way of A001" in dialog
    assert "Oncology" in dialog
    assert "Leave out" not in dialog
    card = await change(room, ticket, "add", step="cash")
    assert f"/greeter/tickets/{ticket}/undo" in card
    await change(room, ticket, "add", step="oncology", place="last")
    assert await way(room, ticket) == ["admission", "cash", "oncology"]
    dialog = await room.text(f"/greeter/tickets/{ticket}/ask/way", "greeter", part=True)
    assert dialog.count("Leave out") == 3
    await change(room, ticket, "skip", step="cash")
    assert await way(room, ticket) == ["admission", "oncology"]
    await act(room, ticket, "undo")
    assert await way(room, ticket) == ["admission", "cash", "oncology"]
    await change(room, ticket, "skip")
    assert await way(room, ticket) == ["cash", "oncology"]
    assert (await room.ticket(ticket)).number == "A001"


async def test_the_way_of_who_is_at_a_desk_is_that_desks_to_change(room: Room) -> None:
    ticket = (await room.arrive()).ticket
    await room.open("main.1", "ana")
    assert (await room.next("main.1", "ana")).status_code == 200
    card = await room.text(f"/greeter/tickets/{ticket}", "greeter", part=True)
    assert "ask/way" not in card
    await change(room, ticket, "add", 409, step="cash")
    await room.post("/desk/main.1/move/park", "ana", ticket=ticket)
    await change(room, ticket, "add", step="cash")
    # It is no press of the desk that set them aside.
    assert (await room.desk()).undo is None
    await act(room, ticket, "undo")
    assert await way(room, ticket) == []
