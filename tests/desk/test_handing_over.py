"""The desk's page at the end of a shift: hand over with a note, close, and what is left behind."""

from typing import Any

import pytest

from tests.desk.conftest import Room
from turnero.queue.commands import moves
from turnero.queue.requests import TicketMove, Transfer

pytestmark = pytest.mark.rule("desk-session")


async def hand_over(room: Room, text: str = "Falta papel.", **more: Any) -> str:
    answer = await room.post("/desk/main.1/hand-over", "ana", text=text, **more)
    assert answer.status_code == 200, answer.text
    return answer.text


async def test_the_next_agent_reads_the_note_at_the_top_and_marks_it(room: Room) -> None:
    await room.get("/desk/main.1", "ana")
    await room.open(who="ana")
    closed = await hand_over(room, "Falta papel.\nPreguntar a Admisión.")
    assert 'data-state="closed"' in closed
    await room.open(who="luis")
    page = await room.text("/desk/main.1", "luis")
    assert page.index("Falta papel.\nPreguntar a Admisión.") < page.index('class="session"')
    assert "Ana · " in page
    (note,) = (await room.desk()).handovers
    answer = await room.post("/desk/main.1/read", "luis", handover=note.id)
    assert "Falta papel" not in answer.text
    assert (await room.desk()).handovers == ()


async def test_a_note_is_not_shown_to_who_only_looks_on(room: Room) -> None:
    await room.open(who="ana")
    await hand_over(room)
    await room.open(who="luis")
    assert "Falta papel" not in await room.text("/desk/main.1", "ana")


async def test_the_person_who_is_there_stays_for_the_next_agent(room: Room) -> None:
    await room.open(who="ana")
    issued = await room.arrive()
    await room.next(who="ana")
    assert issued.number in await room.text("/desk/main.1/ask/hand-over", "ana", part=True)
    await hand_over(room, person="stay")
    desk = await room.desk()
    assert desk.serving is not None
    taken = await room.post("/desk/main.1/open", "luis", take_over="yes")
    assert issued.number in taken.text
    assert "Falta papel." in taken.text


async def test_or_is_finished_by_the_same_press(room: Room) -> None:
    await room.open(who="ana")
    issued = await room.arrive()
    await room.next(who="ana")
    assert f'name="seen" value="{issued.ticket}"' in await room.text(
        "/desk/main.1/ask/hand-over", "ana", part=True
    )
    await hand_over(room, person="finish", seen=issued.ticket)
    assert (await room.ticket(issued.ticket)).state == "finished"
    assert (await room.desk()).session is None


async def test_without_saying_what_becomes_of_them_nothing_happens(room: Room) -> None:
    await room.open(who="ana")
    await room.arrive()
    await room.next(who="ana")
    answer = await room.post("/desk/main.1/hand-over", "ana", text="Falta papel.")
    assert "desk-serving" in answer.text
    assert (await room.desk()).handovers == ()


@pytest.mark.parametrize(("become", "state"), [("leave", "parked"), ("return", "waiting")])
async def test_closing_asks_what_becomes_of_those_set_aside_here(
    room: Room, become: str, state: str
) -> None:
    await room.open(who="ana")
    issued = await room.arrive()
    await room.next(who="ana")
    await room.post("/desk/main.1/move/park", "ana", ticket=issued.ticket)
    asked = await room.text("/desk/main.1/ask/close", "ana", part=True)
    assert f"{issued.number} was set aside by this desk" in asked
    refused = await room.post("/desk/main.1/leave", "ana", how="close")
    assert "desk-has-parked" in refused.text
    await room.post("/desk/main.1/leave", "ana", how="close", parked=become, line="keep")
    assert (await room.desk()).session is None
    assert (await room.ticket(issued.ticket)).state == state


async def test_whom_another_desk_set_aside_is_not_asked_about(room: Room) -> None:
    issued = await room.arrive("cash")
    await room.open("main.2", "luis")
    await room.next("main.2", "luis")
    await room.do(moves.park, TicketMove(issued.ticket))
    await room.open(who="ana")
    assert "set aside by this desk" not in await room.text(
        "/desk/main.1/ask/close", "ana", part=True
    )
    await room.post("/desk/main.1/leave", "ana", how="close", parked="leave")
    assert (await room.desk()).session is None


@pytest.mark.rule("last-desk")
async def test_the_last_desk_of_a_service_is_asked_to_keep_the_line(room: Room) -> None:
    await room.open(who="ana")
    await room.arrive()
    asked = await room.text("/desk/main.1/ask/close", "ana", part=True)
    assert "This is the last desk of a service for which people wait." in asked
    refused = await room.post("/desk/main.1/leave", "ana", how="close")
    assert "service-last-desk" in refused.text
    await room.post("/desk/main.1/leave", "ana", how="close", line="keep")
    assert (await room.desk()).session is None


async def test_who_waits_for_this_desk_only_holds_it_open(room: Room) -> None:
    await room.open(who="ana")
    issued = await room.arrive()
    await room.do(moves.transfer, Transfer(issued.ticket, desk="main.1"))
    refused = await room.post("/desk/main.1/leave", "ana", how="close")
    assert "desk-has-waiting" in refused.text


async def test_changing_desks_carries_the_person_in_service(room: Room) -> None:
    await room.open(who="ana")
    issued = await room.arrive()
    await room.next(who="ana")
    asked = await room.text("/desk/main.2/ask/open", "ana", part=True)
    assert f"Ticket {issued.number} comes along with you." in asked
    await room.post("/desk/main.2/open", "ana", take_over="yes")
    there = await room.desk("main.2")
    assert there.serving is not None
    assert there.serving.ticket == issued.ticket
    assert (await room.desk()).session is None
