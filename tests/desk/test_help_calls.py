"""Help calls: seen by staff at every page until somebody is on the way."""

import re

import pytest

from tests.desk.conftest import Room
from turnero.queue import reads
from turnero.queue.commands.help import ask_help, escalate_help
from turnero.queue.requests import AskHelp
from turnero.store.timers import TimerDue

pytestmark = pytest.mark.rule("help")

PAGES = (("/desk/main.1", "agent"), ("/supervisor", "supervisor"), ("/greeter", "greeter"))


async def test_a_call_is_seen_on_every_page_with_its_place_until_it_is_acknowledged(
    room: Room,
) -> None:
    called = await room.do(ask_help, AskHelp("hall", "unwell"))
    for path, who in PAGES:
        page = await room.text(path, who)
        assert "Somebody feels unwell" in page
        assert "Entrada principal" in page
    answer = await room.post(f"/help-calls/1/{called.help}/acknowledge", "greeter")
    assert answer.status_code == 200
    assert not await room.ledger.read(reads.help_calls, 1)
    for path, who in PAGES:
        assert "Somebody feels unwell" not in await room.text(path, who)


async def test_who_goes_is_named_where_it_rang_and_forgotten_after_minutes(room: Room) -> None:
    called = await room.do(ask_help, AskHelp("hall"))
    answer = await room.post(f"/help-calls/1/{called.help}/acknowledge", "ana")
    assert "Ana is on the way to Entrada principal" in answer.text
    assert "Ana is on the way" in await room.text("/supervisor", "supervisor")
    room.wait(181)
    assert "Ana is on the way" not in await room.text("/supervisor", "supervisor")


async def test_unanswered_for_a_minute_it_is_shown_larger_and_said_so(room: Room) -> None:
    called = await room.do(ask_help, AskHelp("hall", "unwell"))
    assert "help-late" not in await room.text("/greeter", "greeter")
    room.wait(60)
    await room.do(escalate_help, TimerDue(1, "help-escalate", str(called.help), 0, ""))
    page = await room.text("/greeter", "greeter")
    assert "help-late" in page
    assert "Nobody has answered yet" in page


async def test_several_calls_stand_in_the_order_in_which_they_came(room: Room) -> None:
    for place, need in (("hall", "help"), ("main.1", "help"), ("hall", "unwell")):
        await room.do(ask_help, AskHelp(place, need))
        room.wait(3)
    page = await room.text("/greeter", "greeter")
    assert re.findall(r'id="help-(\d+)"', page) == ["1", "2", "3"]


async def test_only_who_is_asked_to_go_hears_it_ring(room: Room) -> None:
    rings = {path: "data-ring" in await room.text(path, who) for path, who in PAGES}
    assert rings == {"/desk/main.1": False, "/supervisor": True, "/greeter": True}


async def test_a_second_acknowledgement_says_that_somebody_is_on_the_way(room: Room) -> None:
    called = await room.do(ask_help, AskHelp("hall"))
    await room.post(f"/help-calls/1/{called.help}/acknowledge", "greeter")
    late = await room.post(f"/help-calls/1/{called.help}/acknowledge", "supervisor")
    assert late.status_code == 409
    assert "Somebody is already on the way" in late.text


async def test_a_desk_asks_for_help_itself_and_is_named(room: Room) -> None:
    assert "Ask for help at this desk?" in await room.text("/desk/main.1/ask/help", part=True)
    await room.post("/desk/main.1/help")
    page = await room.text("/supervisor", "supervisor")
    banner = re.search(r'class="help-call.*?</li>', page, re.DOTALL)
    assert banner is not None
    assert "Ventanilla 1" in banner[0]


async def test_another_site_is_not_answered_for(room: Room) -> None:
    called = await room.do(ask_help, AskHelp("hall"))
    answer = await room.post(f"/help-calls/1/{called.help}/acknowledge", "stranger")
    assert answer.status_code == 403
