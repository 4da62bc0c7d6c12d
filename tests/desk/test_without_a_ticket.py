"""Serving somebody without a ticket, who stepped out, and the badge of a desk that calls by itself."""

import pytest

from tests.desk.conftest import Room
from tests.desk.hospital import described
from turnero.queue.commands.sites import load_site
from turnero.queue.commands.steps import step_out
from turnero.queue.requests import TicketMove
from turnero.queue.site_file import decode


@pytest.mark.rule("next-finish-call")
async def test_the_dialog_offers_this_desks_services_first_and_one_press_begins(
    room: Room,
) -> None:
    await room.open()
    asked = await room.text("/desk/main.1/ask/unticketed", part=True)
    assert asked.index("Admission") < asked.index("Other services") < asked.index("Laboratory")
    answer = await room.post("/desk/main.1/unticketed", seen="", service="cash", people="3")
    assert 'data-state="serving"' in answer.text
    assert "C001 came without a ticket." in answer.text
    assert "3 people" in answer.text
    assert "Undo the ticket made here: C001" in answer.text


@pytest.mark.rule("next-finish-call")
async def test_who_was_there_is_finished_unless_somebody_was_quicker(room: Room) -> None:
    await room.open()
    issued = await room.arrive()
    await room.next()
    stale = await room.post("/desk/main.1/unticketed", seen="", service="cash")
    assert "desk-moved-on" in stale.text
    await room.post("/desk/main.1/unticketed", seen=issued.ticket, service="cash")
    assert (await room.ticket(issued.ticket)).state == "finished"


@pytest.mark.rule("steps-out")
async def test_who_stepped_out_stands_apart_with_until_when_and_comes_back_from_there(
    room: Room,
) -> None:
    issued = await room.arrive()
    await room.do(step_out, TicketMove(issued.ticket))
    await room.open()
    page = await room.text("/desk/main.1")
    stepped = page[page.index("Stepped out") : page.index("Absent a short while ago")]
    assert issued.number in stepped
    assert "back by 10:20" in stepped
    await room.post("/desk/main.1/move/return", ticket=issued.ticket)
    assert (await room.ticket(issued.ticket)).state == "waiting"


async def test_a_desk_that_calls_by_itself_says_so(room: Room) -> None:
    await room.open()
    assert "Calls by itself when free" not in await room.text("/desk/main.1")
    site = described().replace('overflow = ["cash"]', 'overflow = ["cash"]\nauto_call = true')
    await room.do(load_site, decode(site))
    assert "Calls by itself when free" in await room.text("/desk/main.1")
