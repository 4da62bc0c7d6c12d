"""The supervisor's levers as they are pressed: each answer says what is so now."""

import asyncio
from typing import Any

import pytest

from tests.desk.conftest import Room
from tests.desk.hospital import described
from turnero.queue import reads
from turnero.queue.commands import desks, messages, pauses
from turnero.queue.commands.calls import call_next
from turnero.queue.commands.sites import load_site
from turnero.queue.facts import SiteLoaded
from turnero.queue.requests import EndMessage, Next, OpenDesk, PauseService, ServiceNamed
from turnero.queue.site_file import decode
from turnero.queue.views import PauseView
from turnero.store import journal
from turnero.store.errors import Refused

HOUR_MS = 3600_000


async def _press(room: Room, act: str, who: str = "supervisor", **fields: Any) -> str:
    answer = await room.post(f"/supervisor/1/{act}", who, **fields)
    assert answer.status_code == 200, answer.text
    return answer.text


def _said(answer: str) -> str:
    told = answer.partition("data-done>")[2].partition("</p>")[0]
    return " ".join(told.split())


async def _ask(room: Room, what: str, who: str = "supervisor") -> str:
    return await room.text(f"/supervisor/1/ask/{what}", who, part=True)


async def _pause(room: Room, service: str = "cash") -> PauseView | None:
    found = await room.ledger.read(reads.pauses, 1)
    return next(one.pause for one in found.services if one.service == service)


@pytest.mark.rule("closed")
async def test_a_service_is_paused_now_until_an_hour_with_a_text(room: Room) -> None:
    told = await _press(
        room, "pause-service", subject="cash", when="now", until="11:30",
        language=["es", "en", "pt"], text=["Vuelva luego", "Come back later", ""],
    )  # fmt: skip
    assert _said(told).startswith("Now: Cashier gives no tickets, until 11:30")
    pause = await _pause(room)
    assert pause is not None
    assert pause.state == "paused"
    assert pause.until_ms == room.clock.now_ms() + 90 * 60_000
    assert pause.texts == {"es": "Vuelva luego", "en": "Come back later"}
    assert "Come back later" in told.partition('class="lever-list"')[2]
    opened = await _press(room, "resume-service", service="cash")
    assert _said(opened) == "Now: Cashier gives tickets"
    assert await _pause(room) is None


@pytest.mark.rule("closed")
async def test_a_service_is_paused_at_an_hour_or_after_so_many_tickets(room: Room) -> None:
    told = await _press(room, "pause-service", subject="cash", when="at", at="12:00")
    assert "gives no more tickets from 12:00" in _said(told)
    told = await _press(room, "pause-service", subject="cash", when="after", after="2")
    assert _said(told) == "Now: Cashier gives 2 more tickets, then no more, until somebody opens it"
    await room.arrive("cash")
    await room.arrive("cash")
    with pytest.raises(Refused, match="service-paused"):
        await room.arrive("cash")


@pytest.mark.rule("closed")
async def test_an_hour_that_has_passed_is_tomorrows_and_is_told_with_its_day(room: Room) -> None:
    told = await _press(room, "pause-service", subject="cash", when="now", until="09:00")
    assert "until 9:00" in _said(told)
    assert "October 16, 2025" in _said(told)


@pytest.mark.rule("closed")
async def test_a_kiosk_is_paused_and_opened_again(room: Room) -> None:
    told = await _press(room, "pause-kiosk", subject="hall", when="now")
    assert _said(told) == "Now: Entrada principal gives no tickets, until somebody opens it"
    assert "Entrada principal gives tickets" in _said(
        await _press(room, "resume-kiosk", place="hall")
    )


async def test_two_supervisors_who_pull_opposite_levers_are_each_told_what_is_so(
    room: Room,
) -> None:
    await _press(room, "pause-service", subject="cash", when="now")
    # another supervisor opens it again in the meantime
    await room.do(pauses.resume_service, ServiceNamed("cash"), "user:77")
    refused = await room.post("/supervisor/1/resume-service", "supervisor", service="cash")
    assert refused.status_code == 409
    told = await _press(room, "pause-service", subject="cash", when="now", until="11:00")
    assert "until 11:00" in _said(told)
    # and another one paused it otherwise: the later one counts, and its answer says so
    await room.do(pauses.pause_service, PauseService("cash", after=5), "user:77")
    assert "5 more tickets" in await _ask(room, "pause-service")
    told = await _press(room, "resume-service", service="cash")
    assert _said(told) == "Now: Cashier gives tickets"


async def test_two_lines_moved_against_each_other_at_once_lose_nobody(room: Room) -> None:
    for service in ("admission", "admission", "admission", "cash", "cash"):
        await room.arrive(service)
    answers = await asyncio.gather(
        _press(room, "move-line", origin="admission", service="cash"),
        _press(room, "move-line", "administrator", origin="cash", service="admission"),
    )
    queues = (await room.desk("main.1")).queues
    waiting = {one.service: one.waiting for one in queues}
    assert sorted(waiting.values()) == [0, 5]
    # one was first; each was told how many went, and the later one all five of them
    moved = sorted(int(_said(one).split()[0]) for one in answers)
    assert moved in ([2, 5], [3, 5])
    last = f"{waiting['cash']} wait for Cashier"
    other = f"{waiting['cash']} for Cashier"
    assert any(last in _said(one) or other in _said(one) for one in answers)


async def test_two_supervisors_at_once_leave_one_state_that_both_pages_show(room: Room) -> None:
    await asyncio.gather(
        _press(room, "pause-service", subject="cash", when="now"),
        _press(room, "pause-service", "administrator", subject="cash", when="after", after="3"),
        _press(room, "pause-kiosk", subject="hall", when="now"),
        _press(room, "pause-kiosk", "administrator", subject="hall", when="after", after="3"),
    )
    pause = await _pause(room)
    assert pause is not None
    said = "gives no tickets" if pause.state == "paused" else "gives 3 more tickets"
    for who in ("supervisor", "administrator"):
        page = await room.text("/supervisor?site=main", who)
        lever = page.partition('id="lever-service-cash"')[2].partition("</li>")[0]
        assert said in lever


@pytest.mark.rule("last-desk")
async def test_moving_a_line_asks_with_how_many_and_says_how_many(room: Room) -> None:
    for _ in range(3):
        await room.arrive("admission")
    room.wait(60)
    await room.arrive("cash")
    asked = await _ask(room, "move-line?origin=admission&service=cash")
    assert "3 people who wait for Admission go to Cashier." in asked
    assert "the time at which they came" in asked
    assert "Move 3 people" in asked
    told = await _press(room, "move-line", origin="admission", service="cash")
    assert _said(told) == (
        "3 people went from Admission to Cashier. Now 0 wait for Admission and 4 for Cashier."
    )
    await room.do(desks.open_desk, OpenDesk("main.2"))
    called = await room.do(call_next, Next("main.2"))
    assert called.ticket is not None
    # whoever came first to either line
    assert (await room.ticket(called.ticket)).number == "A001"


async def test_moving_a_line_to_itself_is_asked_again(room: Room) -> None:
    assert "Choose two different services." in await _ask(
        room, "move-line?origin=cash&service=cash"
    )
    answer = await room.post("/supervisor/1/move-line", "supervisor", origin="cash", service="cash")
    assert answer.status_code == 422


async def test_a_desk_is_moved_and_the_change_is_a_fact(room: Room) -> None:
    asked = await _ask(room, "move-desk?desk=main.1")
    assert 'value="primary" selected' in asked.partition('for="tier-admission"')[2]
    told = await _press(
        room, "move-desk", desk="main.1",
        service=["admission", "cash", "laboratory", "oncology"],
        tier=["none", "primary", "overflow", "none"],
    )  # fmt: skip
    assert _said(told) == "Now Ventanilla 1 calls Cashier, Laboratory."
    facts = [one.fact for one in await room.ledger.read(journal.read, 1, 0, 100)]
    assert [fact for fact in facts if isinstance(fact, SiteLoaded)][-1].changes[0].after == {
        "serves": {"cash": 0, "laboratory": 1}
    }


async def test_the_last_desk_of_a_line_is_moved_only_with_a_word(room: Room) -> None:
    await room.open("main.1")
    await room.arrive("admission")
    fields: dict[str, Any] = {"desk": "main.1", "service": ["cash"], "tier": ["primary"]}
    refused = await room.post("/supervisor/1/move-desk", "supervisor", **fields)
    assert refused.status_code == 409
    assert "Cashier" in _said(await _press(room, "move-desk", **fields, keep="yes"))


async def test_a_broadcast_is_shown_until_it_is_ended(room: Room) -> None:
    told = await _press(
        room,
        "show-message",
        sort="broadcast",
        language=["es"],
        text=["Hoy hay café"],
        until="11:00",
    )
    assert _said(told) == "It is on the screens now."
    (shown,) = await room.ledger.read(reads.messages, 1, None)
    assert (shown.sort, shown.until_ms) == ("broadcast", room.clock.now_ms() + HOUR_MS)
    told = await _press(room, "end-message", message=shown.id)
    assert _said(told) == "It is not on the screens any more."
    # another supervisor's press comes second
    again = await room.post("/supervisor/1/end-message", "supervisor", message=shown.id)
    assert again.status_code == 409


@pytest.mark.rule("emergency")
async def test_an_emergency_is_confirmed_and_shown_large_with_how_to_end_it(room: Room) -> None:
    asked = await _ask(room, "emergency")
    assert 'name="confirmed"' in asked
    assert "Salgan" in asked or "salgan" in asked  # a ready text in the site's own language
    told = await _press(
        room, "show-message", sort="emergency", language=["es", "en"], text=["Salgan", "Leave now"]
    )
    emergency = told.partition('class="emergency"')[2].partition("</section>")[0]
    for words in ("Emergency message is on", "Leave now", "Everywhere", "End the emergency"):
        assert words in emergency
    (shown,) = await room.ledger.read(reads.messages, 1, None)
    ending = await _ask(room, f"end-emergency?message={shown.id}")
    assert "What was missed is not announced." in ending
    await room.do(messages.end, EndMessage(shown.id), "user:77")
    assert "It is over already." in await _ask(room, f"end-emergency?message={shown.id}")


@pytest.mark.rule("emergency")
async def test_an_emergency_is_for_the_zones_that_were_chosen(room: Room) -> None:
    assert 'name="zone"' not in await _ask(room, "emergency")
    zoned = described().replace('key = "1"', 'key = "1"\nzone = "north"')
    zoned = zoned.replace('key = "2"', 'key = "2"\nzone = "south"')
    await room.do(load_site, decode(zoned))
    asked = await _ask(room, "emergency")
    assert asked.count('name="zone"') == 2
    told = await _press(
        room, "show-message", sort="emergency", language="es", text="Salgan", zone=["north"]
    )
    assert "Zones: north" in told.partition('class="emergency"')[2]
    # its desk calls nobody, another one does
    await room.arrive("admission")
    await room.arrive("cash")
    with pytest.raises(Refused, match="emergency-on"):
        await room.do(call_next, Next("main.1"))
    assert (await room.do(call_next, Next("main.2"))).ticket is not None


@pytest.mark.rule("emergency")
@pytest.mark.parametrize("length", [301, 5000])
async def test_a_text_that_is_too_long_is_refused_with_its_length(room: Room, length: int) -> None:
    answer = await room.post(
        "/supervisor/1/show-message",
        "supervisor",
        sort="emergency",
        language="es",
        text="x" * length,
    )
    assert answer.status_code == 422
    assert str(length) in answer.text
    assert await room.ledger.read(reads.messages, 1, None) == ()


async def test_pressing_again_after_a_lost_answer_is_one_message(room: Room) -> None:
    for _ in range(2):
        await _press(
            room, "show-message", sort="broadcast", language="es", text="Hola", key="once-0001"
        )
    assert len(await room.ledger.read(reads.messages, 1, None)) == 1


@pytest.mark.parametrize(
    "act", ["pause-service", "pause-kiosk", "move-line", "move-desk", "show-message", "end-message"]
)
async def test_levers_are_for_supervisors_of_the_site(room: Room, act: str) -> None:
    assert (await room.post(f"/supervisor/1/{act}", "agent")).status_code == 403
    assert (await room.get(f"/supervisor/1/ask/{act}", "greeter")).status_code == 403


async def test_an_hour_that_is_none_and_a_dialog_that_is_none_are_refused(room: Room) -> None:
    answer = await room.post(
        "/supervisor/1/pause-service", "supervisor", subject="cash", when="at", at="25:00"
    )
    assert answer.status_code == 422
    assert (await room.get("/supervisor/1/ask/nothing", "supervisor")).status_code == 404
