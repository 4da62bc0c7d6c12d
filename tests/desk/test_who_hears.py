"""Whether a call for help is heard: what the kiosk promises depends on who has a page open."""

from typing import Any

import pytest

from tests.desk.conftest import Room, Staff
from turnero.desk.help import listening
from turnero.kiosk import slice as kiosk
from turnero.web.live import Stream
from turnero.web.slice import Slice

pytestmark = pytest.mark.rule("help")

NOBODY, TOLD = "Nobody is signed in at this moment", "We have told the staff"


@pytest.fixture
def more_slices() -> list[Slice]:
    return [kiosk.make(listening=listening)]


async def asked(room: Room) -> str:
    """What the kiosk answers to somebody who needs help."""
    answer = await room.post("/kiosk/help?lang=en", "kiosk", part=False, need="help")
    assert answer.status_code == 200, answer.text
    return answer.text


async def looking(room: Room, view: str, who: str) -> Stream:
    """Somebody has that page open."""
    stream = room.web.hub.open()
    await room.web.hub.join(stream, view, "en", "1", Staff.people[who])
    return stream


async def test_with_nobody_signed_in_the_kiosk_promises_nobody(room: Room) -> None:
    said = await asked(room)
    assert NOBODY in said
    assert "the nearest window, or anybody of the staff" in said
    assert TOLD not in said


@pytest.mark.parametrize("who", ["greeter", "supervisor"])
async def test_while_a_page_that_rings_is_open_it_says_that_they_know(room: Room, who: str) -> None:
    stream = await looking(room, "help-ring", who)
    assert TOLD in await asked(room)
    room.web.hub.leave(stream)
    assert NOBODY in await asked(room)


async def test_an_open_desk_is_somebody_too(room: Room) -> None:
    await room.open()
    assert TOLD in await asked(room)


async def test_an_agent_who_only_looks_at_a_closed_desk_is_not_counted(room: Room) -> None:
    await looking(room, "help", "agent")
    assert NOBODY in await asked(room)


async def test_the_ringing_pages_are_those_of_greeter_and_supervisor(room: Room) -> None:
    pages: dict[str, Any] = {"/greeter": "greeter", "/supervisor": "supervisor"}
    for path, who in pages.items():
        assert 'data-live="help-ring"' in await room.text(path, who)
    assert 'data-live="help-ring"' not in await room.text("/desk/main.1")


async def test_after_somebody_goes_it_says_that_somebody_is_coming(room: Room) -> None:
    await looking(room, "help-ring", "greeter")
    await asked(room)
    answer = await room.post("/help-calls/1/1/acknowledge", "greeter")
    assert answer.status_code == 200
    view = room.web.hub.view("kiosk-help")
    said = await view.render(room.web.hub.context, 1, "1//1?", "en")
    assert "Somebody is on the way to you" in said
