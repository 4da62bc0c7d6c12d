"""An agent whose calls an emergency holds up sees why, at once and until it ends."""

import pytest

from tests.desk.conftest import Room
from turnero.queue.commands import messages
from turnero.queue.requests import EndMessage, ShowMessage
from turnero.store import journal
from turnero.web.view import LiveContext


@pytest.mark.rule("emergency")
async def test_the_page_says_why_nobody_is_called_and_so_does_the_key(room: Room) -> None:
    await room.open()
    await room.arrive()
    words = {"es": "Salgan por la escalera norte"}
    shown = await room.do(messages.show, ShowMessage("emergency", words))
    page = await room.text("/desk/main.1")
    assert "nobody is called until a supervisor ends it" in page
    assert "Salgan por la escalera norte" in page
    answer = await room.next()
    assert answer.status_code == 409
    assert "There is an emergency message" in answer.text
    assert (await room.desk()).serving is None
    await room.do(messages.end, EndMessage(shown.message))
    assert "Salgan por la escalera" not in await room.text("/desk/main.1")
    assert (await room.next()).status_code == 200


async def test_a_page_that_is_open_changes_by_itself(room: Room) -> None:
    await room.open()
    view, context = room.web.hub.view("desk"), LiveContext(room.web)
    seen = (await room.ledger.read(journal.read, 1, 0))[-1].seq
    await room.do(messages.show, ShowMessage("emergency", {"es": "Sismo"}))
    entries = await room.ledger.read(journal.read, 1, seen)
    arg = "main.1/user:agent"
    assert [view.concerns(entry, arg) for entry in entries] == [True]
    assert "Sismo" in await view.render(context, 1, arg, "es")
