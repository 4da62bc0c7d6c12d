"""The supervisor's alarms: in words, with who sees to them; and what is missing before opening."""

from typing import Any

import msgspec
import pytest

from tests.desk.conftest import Room
from tests.desk.hospital import described
from turnero.desk.people import People
from turnero.desk.ready import opening
from turnero.queue import reads
from turnero.queue.commands import desks, presence
from turnero.queue.commands.hearing import hear
from turnero.queue.commands.help import ask_help
from turnero.queue.commands.sites import load_site
from turnero.queue.ready import Missing, Ready
from turnero.queue.requests import AskHelp, AtPage, OpenDesk
from turnero.queue.site_file import decode
from turnero.queue.timers import TIMERS
from turnero.queue.views import AlarmView
from turnero.store import devices
from turnero.store.timers import Timers

_HOURS = """
[site.hours]
wed = ["10:15-18:00"]
"""


async def fire(room: Room) -> None:
    """What is due happens, as by the server's timers."""

    def failed(kind: str, error: Exception) -> None:
        raise AssertionError(kind) from error

    await Timers(room.ledger, TIMERS, failed)._fire_due()


async def _page(room: Room) -> str:
    return await room.text("/supervisor", "supervisor")


def _alarms(page: str) -> str:
    return page.partition('class="alarms"')[2].partition("</section>")[0]


@pytest.mark.rule("parked")
async def test_somebody_set_aside_for_long_is_an_alarm_once_with_service_and_desk(
    room: Room,
) -> None:
    await room.open()
    issued = await room.arrive()
    await room.next()
    await room.post("/desk/main.1/move/park", ticket=issued.ticket)
    room.wait(14 * 60)
    await fire(room)
    assert issued.number not in _alarms(await _page(room))
    room.wait(2 * 60)
    await fire(room)
    alarms = _alarms(await _page(room))
    assert alarms.count(f"<strong>{issued.number}</strong> Set aside for long") == 1
    assert "Admission, Ventanilla 1," in alarms


@pytest.mark.rule("desk-session")
async def test_an_open_desk_whose_page_is_gone_is_an_alarm_with_its_ticket(room: Room) -> None:
    await room.open("main.1", "ana")
    issued = await room.arrive()
    await room.next("main.1", "ana")
    await room.do(presence.page_gone, AtPage("main.1"))
    room.wait(11 * 60)
    await fire(room)
    alarms = _alarms(await _page(room))
    assert "<strong>Ventanilla 1</strong> The desk is open and nobody is at its page" in alarms
    assert f"Ticket {issued.number} is at this desk." in alarms
    assert 'href="/desk/main.1"' in alarms
    await room.do(presence.page_here, AtPage("main.1"))
    assert "nobody is at its page" not in _alarms(await _page(room))


@pytest.mark.rule("desk-session")
async def test_a_desk_taken_over_is_told_until_somebody_has_seen_it(room: Room) -> None:
    for who in ("ana", "luis"):
        await room.get("/desk", who)
    await room.open("main.1", "ana")
    await room.post("/desk/main.1/open", "luis", take_over="yes")
    assert "Luis took it over from Ana" in _alarms(await _page(room))
    (alarm,) = await room.ledger.read(reads.alarms, 1)
    answer = await room.post(f"/supervisor/1/alarms/{alarm.id}/seen", "supervisor")
    assert answer.status_code == 200
    assert "took it over" not in _alarms(answer.text)
    # the day's list keeps it
    today = (await _page(room)).partition('id="taken-over-title"')[2]
    for words in ("10:00", "Ventanilla 1", "<td>Ana</td><td>Luis</td>"):
        assert words in today


async def test_an_alarm_that_was_seen_says_by_whom_and_makes_no_sound(room: Room) -> None:
    await room.open("main.1", "ana")
    await room.do(presence.page_gone, AtPage("main.1"))
    room.wait(11 * 60)
    await fire(room)
    (alarm,) = await room.ledger.read(reads.alarms, 1)
    assert f'data-alarm="{alarm.id}" data-rings' in await _page(room)
    answer = await room.post(f"/supervisor/1/alarms/{alarm.id}/seen", "supervisor")
    assert "The others see that you see to it." in answer.text
    assert f'data-alarm="{alarm.id}" data-rings' not in answer.text
    assert "Seen at 10:11" in _alarms(await _page(room))
    again = await room.post(f"/supervisor/1/alarms/{alarm.id}/seen", "supervisor")
    assert again.status_code == 409


async def test_an_agent_sees_to_no_alarm(room: Room) -> None:
    assert (await room.post("/supervisor/1/alarms/1/seen", "agent")).status_code == 403


async def test_an_unanswered_help_call_stands_in_its_banner_only(room: Room) -> None:
    await room.do(ask_help, AskHelp(place="hall", need="unwell"))
    room.wait(61)
    await fire(room)
    assert [one.kind for one in await room.ledger.read(reads.alarms, 1)] == ["help-unanswered"]
    page = await _page(room)
    assert "Somebody feels unwell" in page
    assert "help-unanswered" not in page


# --- before opening --------------------------------------------------------------------------


async def _morning(room: Room) -> None:
    """The site opens in a quarter of an hour; desk 1 is planned, the others are not."""
    text = described().replace("all_day = true\n", "")
    text = text.replace('languages = ["es", "en", "pt"]', 'languages = ["es", "en", "pt"]')
    text = text.replace(
        'name = "Ventanilla 1"', 'name = "Ventanilla 1"\nplanned = { wed = ["10:00-18:00"] }'
    )
    await room.do(load_site, decode(text.replace("[site.settings]", _HOURS + "[site.settings]")))


async def _heard(room: Room, kind: str, key: str, state: str = "{}") -> None:
    found = await room.ledger.read(devices.by_key, 1, kind, key)
    assert found is not None
    await room.do(devices.beat, devices.Beat(found.id, state))


@pytest.mark.rule("before-opening")
async def test_what_is_missing_in_the_morning_is_named_with_what_to_do(room: Room) -> None:
    await _morning(room)
    await _heard(room, "printer", "paper", '{"reachable": true, "paper": "out"}')
    await fire(room)
    page = await _page(room)
    assert "Not yet ready to open at 10:15" in page
    ready = page.partition('class="ready-list"')[2].partition("</ul>")[0]
    for words in (
        'Entrada principal</strong> <span class="lack-wrong">It has never been heard from',
        "Open its page on it once, with its token.",
        'Impresora de la entrada</strong> <span class="lack-wrong">Out of paper',
        "Put in a new roll.",
        'Ventanilla 1</strong> <span class="lack-wrong">Nobody has opened it',
        "let another desk call its services",
    ):
        assert words in ready
    # each once on the whole page, besides the tables of desks and devices
    assert "Never heard" not in _alarms(page)
    assert "Out of paper" not in _alarms(page)
    assert "0 of 1 planned desks are open" in page


@pytest.mark.rule("before-opening")
async def test_all_there_is_said_and_after_the_opening_nothing(room: Room) -> None:
    await _morning(room)
    await _heard(room, "printer", "paper", '{"reachable": true, "paper": "present"}')
    await _heard(room, "kiosk", "hall")
    await room.do(desks.open_desk, OpenDesk("main.1"))
    await fire(room)
    assert "Ready to open at 10:15" in await _page(room)
    room.wait(16 * 60)
    await fire(room)
    assert 'id="ready-title"' not in await _page(room)


@pytest.mark.rule("before-opening")
async def test_what_was_missing_stays_until_it_is_there_also_past_the_opening(room: Room) -> None:
    await _morning(room)
    await _heard(room, "printer", "paper", '{"reachable": true, "paper": "present"}')
    await _heard(room, "kiosk", "hall")
    await fire(room)
    room.wait(50)
    await fire(room)
    for _ in range(19):
        room.wait(60)
        await _heard(room, "printer", "paper", '{"reachable": true, "paper": "present"}')
        await _heard(room, "kiosk", "hall")
        await fire(room)
    page = await _page(room)
    assert "Open since 10:15" in page
    assert "Nobody has opened it" in page
    await room.do(desks.open_desk, OpenDesk("main.1"))
    room.wait(50)
    await _heard(room, "kiosk", "hall")
    room.wait(20)
    await fire(room)
    assert 'id="ready-title"' not in await _page(room)


def _ready(*missing: Missing, opens_ms: int | None = 1_000_000) -> Ready:
    check_ms = None if opens_ms is None else opens_ms - 900_000
    return Ready(opens_ms, check_ms, 1, 0, missing)


def _alarm(subject: str) -> AlarmView:
    return AlarmView(1, "not-ready", subject, 0, {}, None, None)


def test_the_panel_is_there_in_the_morning_only() -> None:
    assert opening(_ready(), [], 99_999) is None
    assert opening(_ready(), [], 100_000) is not None
    assert opening(_ready(), [], 999_999) is not None
    assert opening(_ready(), [], 1_000_000) is None
    assert opening(_ready(opens_ms=None), [], 1_000_000) is None


def test_what_fails_after_the_opening_is_not_the_mornings() -> None:
    kiosk = Missing("kiosk", "hall", {"why": "silent", "name": "Hall"})
    desk = Missing("desk", "main.1", {"why": "closed", "name": "1"})
    found = opening(_ready(kiosk, desk), [_alarm("desks")], 1_000_001)
    assert found is not None
    assert [one.name for one in found.missing] == ["1"]
    before = opening(_ready(kiosk, desk), [], 999_999)
    assert before is not None
    assert [one.name for one in before.missing] == ["Hall", "1"]


def test_every_reason_has_its_words_and_a_thing_to_do() -> None:
    reasons = {
        "printer": (
            *("never", "silent", "unreachable", "paper-out", "paper-low", "cover-open", "offline"),
            *("busy", "denied"),
        ),
        "board": ("never", "silent"),
        "voice": ("no-sound",),
        "kiosk": ("never", "silent"),
        "desk": ("closed", "break"),
    }  # fmt: skip
    for kind, whys in reasons.items():
        for why in whys:
            found = opening(_ready(Missing(kind, "x", {"why": why})), [], 999_999)
            assert found is not None
            (lack,) = found.missing
            assert lack.name == "x"
            assert lack.wrong
            assert lack.to_do


@pytest.mark.parametrize(
    ("state", "words", "do"),
    [
        ({"paper": "out", "online": False}, "Out of paper", "Put in a new roll."),
        ({"paper": "near-end"}, "Paper is running low", "Have a new roll at hand"),
        ({"cover_open": True}, "Its cover is open", "Close its cover until it clicks."),
        ({"online": False}, "It is offline", "Switch it on and check its network cable."),
        ({"reachable": False}, "It does not answer", "Switch it on and check its network cable."),
    ],
)
async def test_a_printers_trouble_is_told_once_with_what_to_do_and_somebody_sees_to_it(
    room: Room, state: dict[str, Any], words: str, do: str
) -> None:
    device = await room.ledger.read(devices.by_key, 1, "printer", "paper")
    assert device is not None

    async def said(**more: Any) -> str:
        body = msgspec.json.encode({"reachable": True, "online": True, **more}).decode()
        await room.do(hear, devices.Beat(device.id, body))
        return _alarms(await _page(room))

    assert words not in await said()
    alarms = await said(**state)
    assert alarms.count(words) == 1
    assert alarms.count("Impresora de la entrada") == 1
    assert do in alarms
    assert "I see to it" in alarms
    assert words not in await said()


async def test_who_took_a_desk_over_is_named_after_a_restart_too(room: Room) -> None:
    people = People(lambda _q: {"user:3": "Rosa Quispe"})
    assert people.name("user:3") == ""
    await people.learn(room.web)
    assert people.name("user:3") == "Rosa Quispe"
