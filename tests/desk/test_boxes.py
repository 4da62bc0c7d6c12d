"""Boxes on the supervisor's page: what a kiosk gave without connection, and a box that is away."""

from tests.desk.conftest import Room
from tests.desk.hospital import described
from turnero.queue import reads
from turnero.queue.commands import leases, offline
from turnero.queue.commands.sites import load_site
from turnero.queue.requests import BringTicket, LeaseKiosk, NotBrought, Upload
from turnero.queue.site_file import decode
from turnero.store import devices


async def _page(room: Room) -> str:
    return await room.text("/supervisor", "supervisor")


def _alarms(page: str) -> str:
    return page.partition('class="alarms"')[2].partition("</section>")[0]


async def test_what_a_kiosk_gave_without_connection_is_told_listed_and_seen(room: Room) -> None:
    kiosk = LeaseKiosk("hall")
    held = await room.ledger.run(leases.lease_kiosk, kiosk, site=1, actor="box:1.door")
    (own,) = [one for one in held.leases if one.service == "cash"]
    for n in range(2):
        ticket = Upload(
            own.service, f"{own.prefix}{own.first + n}", room.clock.now_ms(), "hall",
            id=f"{n:032x}", code=f"{n:022d}", lease=own.lease, day=own.day,
        )  # fmt: skip
        bring = BringTicket(ticket)
        await room.ledger.run(offline.bring, bring, site=1, actor="box:1.door")
    lost = NotBrought("hall", f"{own.prefix}799")
    await room.ledger.run(offline.not_brought, lost, site=1, actor="box:1.door")
    told = _alarms(await _page(room))
    first = f"{own.prefix}{own.first}"
    assert "gave 2 tickets while it had no connection" in told
    assert f"{first} – {own.prefix}{own.first + 1}" in told
    assert f"no desk will call them: {own.prefix}799" in told
    other = next(one for one in held.leases if one.prefix != own.prefix)
    more = Upload(
        other.service, f"{other.prefix}{other.first}", room.clock.now_ms(), "hall",
        id=f"{9:032x}", code=f"{9:022d}", lease=other.lease, day=other.day,
    )  # fmt: skip
    await room.ledger.run(offline.bring, BringTicket(more), site=1, actor="box:1.door")
    told = _alarms(await _page(room))
    assert "gave 3 tickets while it had no connection. " in " ".join(told.split())
    assert "–" not in told, "two series are no range"
    page = await room.text("/contingency/main/brought", "supervisor")
    assert first in page
    assert "Waiting" in page
    assert "None on this day" in await room.text(
        "/contingency/main/brought?day=2020-01-01", "supervisor"
    )
    assert first in await room.text("/contingency/main/brought?day=x", "supervisor")
    (alarm,) = await room.ledger.read(reads.alarms, 1)
    await room.post(f"/supervisor/1/alarms/{alarm.id}/seen", "supervisor")
    assert "while it had no connection" not in _alarms(await _page(room)), "it is over already"


async def test_a_box_not_heard_for_a_minute_is_an_alarm_and_what_it_hosts_goes_with_it(
    room: Room,
) -> None:
    boxed = (
        '[[box]]\nkey = "door"\nname = "Equipo de la entrada"\n'
        '[[printer]]\nkey = "p9"\nname = "Impresora de la caja"\nurl = "virtual:"\nbox = "door"\n'
    )
    await room.ledger.run(load_site, decode(described() + boxed), site=1, actor="test")
    there = await room.ledger.read(devices.of_site, 1)
    for one in there:
        if one.key in ("door", "p9"):
            beat = devices.Beat(one.id, '{"reachable":true,"answered":true}')
            await room.ledger.run(devices.beat, beat, site=1, actor="test")
    page = await _page(room)
    assert "Equipo de la entrada" not in _alarms(page)
    assert "Equipo de la entrada" in page
    room.wait(61)
    told = _alarms(await _page(room))
    assert "Equipo de la entrada" in told
    assert "Not heard since" in told
    assert "Impresora de la caja" not in told, "one alarm: its box is away"
