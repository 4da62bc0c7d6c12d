"""A patient who was not reached leaves the desk free, and every page that is open shows it by itself."""

from tests.desk.conftest import Room
from tests.desk.hospital import described
from turnero.queue.call_requests import AskCallback, Lead, OfCallback, Opened
from turnero.queue.commands import callbacks, leading, reaching
from turnero.queue.commands.sites import load_site
from turnero.queue.site_file import decode
from turnero.store import journal
from turnero.store.vault import Sealed

_INDEX = "00000000000000000000000000000a11"


async def test_the_desk_its_line_and_the_supervisor_s_page_change_by_themselves(
    room: Room,
) -> None:
    text = described().replace('key = "admission"\n', 'key = "admission"\ncallbacks = {}\n', 1)
    text = text.replace('name = "Ventanilla 1"\n', 'name = "Ventanilla 1"\nphone = "201"\n', 1)
    await room.do(load_site, decode(text))
    led = await room.ledger.run(leading.lead, Lead("one"), site=0, actor="system")
    await room.ledger.run(leading.opened, Opened(led.epoch, open=True), site=0, actor="system")
    phone = Sealed(_INDEX, bytes.fromhex(_INDEX), "00000000", "PE", "mobile", "a11")
    asked = await room.do(callbacks.ask, AskCallback(phone=phone, service="admission"))
    await room.open("main.1")
    await room.next()
    assert (await room.desk()).serving is not None
    seen = (await room.ledger.read(journal.read, 1, 0))[-1].seq
    await room.do(reaching.by_hand, OfCallback(asked.callback, "busy", "main.1"))
    entries = await room.ledger.read(journal.read, 1, seen)
    assert [one.kind for one in entries] == ["callback-put-off"]
    concerned = {
        (name, arg)
        for name, arg in (
            ("desk", "main.1/user:agent"),
            ("desk", "main.2/user:agent"),
            ("desk-line", "main.1"),
            ("supervisor", "1"),
        )
        if any(room.web.hub.view(name).concerns(one, arg) for one in entries)
    }
    assert concerned == {
        ("desk", "main.1/user:agent"),
        ("desk-line", "main.1"),
        ("supervisor", "1"),
    }
    assert (await room.desk()).serving is None
