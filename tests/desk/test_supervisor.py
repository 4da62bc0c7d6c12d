"""The supervisor's page: alarms first, then who waits, desks, devices, and the day in figures."""

import msgspec
import pytest

from tests.desk.conftest import Room
from tests.desk.hospital import described
from turnero.desk import devices as machines
from turnero.desk.beside import judge
from turnero.desk.day import Ratings
from turnero.queue.commands.ratings import rate
from turnero.queue.commands.sites import load_site
from turnero.queue.requests import Rate
from turnero.queue.site_file import decode
from turnero.store import devices


async def _page(room: Room) -> str:
    return await room.text("/supervisor", "supervisor")


def _alarms(page: str) -> str:
    return page.partition('class="alarms"')[2].partition("</section>")[0]


async def test_a_line_over_its_target_is_an_alarm_in_words(room: Room) -> None:
    await room.open("main.1")
    await room.arrive()
    assert "Over target" not in _alarms(await _page(room))
    room.wait(16 * 60)
    assert "Over target" in _alarms(await _page(room))


async def test_people_whom_no_desk_calls_are_an_alarm(room: Room) -> None:
    await room.arrive("laboratory")
    alarms = _alarms(await _page(room))
    assert "1 person waits and no desk calls" in alarms
    # what helps is one press away
    assert "/supervisor/1/ask/move-line?origin=laboratory" in alarms
    asked = await room.text("/supervisor/1/ask/move-line?origin=laboratory", "supervisor")
    assert 'name="origin" value="laboratory" required checked' in asked
    await room.open("main.3")
    assert "no desk calls" not in _alarms(await _page(room))


async def test_a_long_break_is_an_alarm_with_its_reason(room: Room) -> None:
    await room.open()
    await room.post("/desk/main.1/leave", how="break", reason="Meal")
    assert "Long break" not in _alarms(await _page(room))
    room.wait(31 * 60)
    assert "Meal" in _alarms(await _page(room))


async def test_a_device_is_well_in_trouble_or_not_heard(room: Room) -> None:
    printer = await room.ledger.read(devices.by_key, 1, "printer", "paper")
    assert printer is not None
    assert _alarms(await _page(room)).count("Never heard") == 1, "one line for all of them"
    for state, said in (
        ({"answered": True, "reachable": True, "paper": "out"}, "Out of paper"),
        ({"answered": True, "reachable": True, "cover_open": True}, "Its cover is open"),
        ({"answered": False, "reachable": False}, "It does not answer at its address"),
        (
            {"answered": False, "reachable": False, "barred": "busy"},
            "Another program is using it",
        ),
        ({"answered": True, "reachable": True, "paper": "near-end"}, "Paper is running low"),
    ):
        beat = devices.Beat(printer.id, msgspec.json.encode(state).decode())
        await room.do(devices.beat, beat)
        assert said in _alarms(await _page(room))
    well = {"answered": True, "reachable": True, "online": True, "paper": "present"}
    await room.do(devices.beat, devices.Beat(printer.id, msgspec.json.encode(well).decode()))
    assert "Impresora" not in _alarms(await _page(room))
    for proof, said in (
        ({"confirms": "process"}, "Confirms each ticket"),
        ({"confirms": "status"}, "Confirms by answering after each ticket"),
        ({}, "Does not confirm: look at the paper"),
        ({"answered": False}, "Does not say how it is"),
    ):
        beat = devices.Beat(printer.id, msgspec.json.encode({**well, **proof}).decode())
        await room.do(devices.beat, beat)
        assert said in await _page(room)
    room.wait(61)
    page = await _page(room)
    assert "Not heard since" in _alarms(page)
    assert "Does not say how it is" not in page


def test_a_device_that_says_nonsense_is_no_error() -> None:
    for state in ("nonsense", "[1]", "null", None):
        device = devices.Device(1, 1, "printer", "p", "P", "", "{}", 1000, state)
        assert machines.shown(device, 1000).well


async def test_each_desk_shows_its_state_its_person_and_its_ticket(room: Room) -> None:
    await room.get("/desk", "ana")
    await room.open("main.1", "ana")
    issued = await room.arrive()
    await room.next("main.1", "ana")
    page = await _page(room)
    for word in ("Calling", "Ana", issued.number, "Desk closed"):
        assert word in page


async def test_staff_see_the_internal_name_of_a_service_with_a_neutral_one(room: Room) -> None:
    page = await _page(room)
    assert "Oncology" in page
    assert "Clinic 4" not in page


async def test_calls_out_of_turn_are_listed_with_their_reason_and_who_made_them(
    room: Room,
) -> None:
    await room.get("/desk", "ana")
    await room.open("main.1", "ana")
    await room.arrive()
    second = await room.arrive()
    await room.post("/desk/main.1/call", "ana", ticket=second.ticket, reason="Fainted before")
    listed = (await _page(room)).partition('id="overrides-title"')[2]
    for word in (second.number, "Ventanilla 1", "Fainted before", "Ana"):
        assert word in listed


async def test_today_counts_what_became_of_the_tickets(room: Room) -> None:
    await room.open()
    first = await room.arrive()
    second = await room.arrive()
    await room.arrive()
    out = await room.arrive()
    await room.post(f"/greeter/tickets/{out.ticket}/step-out", "greeter")
    await room.next()
    await room.post("/desk/main.1/finish", ticket=first.ticket)
    await room.post("/desk/main.1/move/cancel", ticket=second.ticket)
    page = (await _page(room)).partition('id="today-title"')[2]
    shown = {}
    for part in page.split('<dt class="figure-label">')[1:8]:
        label, _, rest = part.partition("</dt>")
        shown[label] = int(rest.partition('figure-value">')[2].partition("<")[0])
    assert shown == {
        "Tickets taken": 4,
        "People attended": 1,
        "At desks": 0,
        "People waiting": 2,  # one of them stepped out
        "Did not come": 0,
        "Tickets cancelled": 1,
        "People not attended": 0,
    }


async def test_ratings_are_shown_with_their_number_and_no_share_of_few(room: Room) -> None:
    await room.open()
    for n in range(12):
        issued = await room.arrive()
        await room.next()
        await room.post("/desk/main.1/finish", ticket=issued.ticket)
        await room.do(rate, Rate(issued.ticket, "overall", 1, 5 if n < 9 else 2))
        if n == 8:
            page = await _page(room)
            assert "9 answers" in page
            assert "too few for a share" in page
    page = await _page(room)
    assert "75 %" in page
    assert "by 12 answers" in page


def test_no_answer_is_not_counted_among_the_answers() -> None:
    ratings = Ratings("overall", (0, 0, 1, 4, 5), no_answer=7)
    assert (ratings.n, ratings.good) == (10, 9)
    assert ratings.interval is not None


@pytest.mark.parametrize(
    ("waited_min", "target", "verdict"),
    [(None, 15, "none"), (5, None, "none"), (11, 15, "well"), (12, 15, "soon"), (16, 15, "late")],
)
def test_a_wait_is_judged_against_its_target(
    waited_min: int | None, target: int | None, verdict: str
) -> None:
    now_ms = 10_000_000
    oldest_ms = None if waited_min is None else now_ms - waited_min * 60_000
    assert judge(oldest_ms, target, now_ms) == verdict


async def test_closing_the_day_says_whom_it_touches_and_does_it(room: Room) -> None:
    issued = await room.arrive()
    dialog = await room.text("/supervisor/1/ask/close-day", "supervisor", part=True)
    assert "cannot be undone" in dialog
    # neither untrue of somebody whose service goes on, nor that nobody waits
    assert "still wait" not in dialog
    assert "Nobody waits" not in dialog
    answer = await room.post("/supervisor/1/close-day", "supervisor", part=False)
    assert answer.headers["location"] == "/supervisor?site=main"
    # services round the clock go on
    assert (await room.ticket(issued.ticket)).state == "waiting"


async def test_closing_the_day_counts_only_those_whose_service_closes(room: Room) -> None:
    weekly = "".join(
        f'{day} = ["00:00-24:00"]\n' for day in ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    )
    admission = 'prefix = "A"\nall_day = true\n'
    assert admission in described()
    text = described().replace(
        admission, 'prefix = "A"\nhours = {' + weekly.replace("\n", ", ").rstrip(", ") + "}\n"
    )
    await room.do(load_site, decode(text))
    waiting = await room.arrive("admission")
    aside = await room.arrive("cash")
    dialog = await room.text("/supervisor/1/ask/close-day", "supervisor", part=True)
    assert "1 person who still waits becomes" in dialog
    await room.post("/supervisor/1/close-day", "supervisor", part=False)
    assert (await room.ticket(waiting.ticket)).state == "not-served"
    assert (await room.ticket(aside.ticket)).state == "waiting"


async def test_an_agent_does_not_close_the_day(room: Room) -> None:
    assert (await room.post("/supervisor/1/close-day", "agent")).status_code == 403
