"""Before opening: what is missing is an alarm fifteen minutes before, and ends when it is there."""

import msgspec
import pytest
from sqlalchemy import select

from tests.queue.engines import both_engines
from tests.queue.hall import SITE, Hall
from turnero.queue import reads, requests, site_file, tables
from turnero.queue.commands import messages, pauses
from turnero.queue.facts import AlarmEnded, AlarmRaised
from turnero.queue.ready import Ready
from turnero.store import devices
from turnero.store.errors import Invalid
from turnero.store.sql import Statement

ROSTER = SITE.replace(
    'name = "Ventanilla 1"', 'name = "Ventanilla 1"\nplanned = {tue = ["08:00-13:00"]}'
)
#: from Monday 09:00 to Tuesday 07:45, a quarter of an hour before the site opens
NIGHT_S = 22.75 * 3600
OPEN = Statement(
    select(tables.alarm.c.subject, tables.alarm.c.figures).where(tables.alarm.c.ended_ms.is_(None))
)
SOUNDING = '{"sound":"ok"}'


async def beat(hall: Hall, kind: str, key: str, state: str = "{}") -> None:
    """The device says how it is."""
    device = await hall.read(devices.by_key, hall.site, kind, key)
    assert device is not None
    await hall.act(devices.beat, devices.Beat(device.id, state), "system")


async def all_well(hall: Hall) -> None:
    """Every device says that it is well."""
    await beat(hall, "printer", "p1", '{"paper":"ok"}')
    await beat(hall, "kiosk", "k1")
    await beat(hall, "board", "b1", SOUNDING)


async def alarms(hall: Hall) -> dict[str, dict[str, str | int]]:
    """What is missing: the alarms that are open, with their figures."""
    return {row.subject: msgspec.json.decode(row.figures) for row in await hall.rows(OPEN)}


async def ready(hall: Hall) -> Ready:
    """The panel's figures."""
    return await hall.read(reads.ready, hall.site, hall.clock.now_ms())


@pytest.mark.rule("before-opening")
@both_engines
async def test_fifteen_minutes_before_opening_what_is_missing_is_an_alarm(hall: Hall) -> None:
    await hall.load(ROSTER)
    hall.wait(NIGHT_S - 1)
    await hall.fire_timers()
    assert await alarms(hall) == {}
    hall.wait(1)
    await beat(hall, "printer", "p1", '{"paper":"out"}')
    await hall.fire_timers()
    assert hall.wall() == "07:45"
    assert await alarms(hall) == {
        "printer:p1": {"kind": "printer", "why": "paper-out", "name": "Impresora"},
        "board:b1": {"kind": "board", "why": "never", "name": "Sala"},
        "kiosk:k1": {"kind": "kiosk", "why": "never", "name": "Entrada"},
        "voice:a": {"kind": "voice", "why": "no-sound", "name": "a"},
        "desks": {"planned": 1, "open": 0},
    }


@pytest.mark.rule("before-opening")
@both_engines
async def test_an_alarm_ends_within_a_minute_of_what_it_misses_being_there(hall: Hall) -> None:
    await hall.load(ROSTER)
    hall.wait(NIGHT_S)
    await hall.fire_timers()
    assert len(await alarms(hall)) == 5
    await all_well(hall)
    hall.wait(60)
    await all_well(hall)
    await hall.fire_timers()
    assert await alarms(hall) == {"desks": {"planned": 1, "open": 0}}
    await hall.open("v1")
    hall.wait(60)
    await all_well(hall)
    await hall.fire_timers()
    assert await alarms(hall) == {}
    raised, ended = await hall.facts(AlarmRaised), await hall.facts(AlarmEnded)
    assert len(raised) == len(ended) == 5
    assert (await ready(hall)).missing == ()


async def test_a_board_that_the_browser_silences_has_no_voice(hall: Hall) -> None:
    await all_well(hall)
    await beat(hall, "board", "b1", '{"sound":"blocked"}')
    (missing,) = (await ready(hall)).missing
    assert (missing.kind, missing.subject) == ("voice", "a")


@pytest.mark.parametrize(
    ("state", "why"),
    [
        ('{"reachable":false}', "unreachable"),
        ('{"reachable":false,"barred":"busy"}', "busy"),
        ('{"paper":"out"}', "paper-out"),
        ('{"cover_open":true}', "cover-open"),
        ('{"online":false}', "offline"),
        ('{"paper":"near-end"}', "paper-low"),
        ("not json", None),
    ],
)
async def test_what_is_wrong_with_a_printer_is_named(
    hall: Hall, state: str, why: str | None
) -> None:
    await all_well(hall)
    await beat(hall, "printer", "p1", state)
    missing = (await ready(hall)).missing
    assert [one.figures["why"] for one in missing] == ([why] if why else [])


async def test_a_device_not_heard_for_a_minute_is_silent(hall: Hall) -> None:
    await all_well(hall)
    hall.wait(61)
    why = {one.kind: one.figures["why"] for one in (await ready(hall)).missing}
    assert why == {"printer": "silent", "board": "silent", "kiosk": "silent", "voice": "no-sound"}


async def test_what_goes_missing_after_the_opening_raises_no_alarm_of_readiness(hall: Hall) -> None:
    hall.wait(NIGHT_S)
    for _ in range(17):
        await all_well(hall)
        await hall.fire_timers()
        hall.wait(60)
    assert hall.wall() == "08:02"
    hall.wait(3600)
    await hall.fire_timers()
    assert await alarms(hall) == {}
    # The next time is before the next day's opening: Monday's.
    hall.wait(6 * 24 * 3600 - 3600 - 17 * 60 - 1)
    await hall.fire_timers()
    assert await alarms(hall) == {}
    hall.wait(1)
    await hall.fire_timers()
    assert len(await alarms(hall)) == 4


async def test_the_close_of_day_ends_what_was_still_missing(hall: Hall) -> None:
    hall.wait(NIGHT_S)
    await hall.fire_timers()
    assert len(await alarms(hall)) == 4
    hall.wait(15.75 * 3600)
    assert hall.wall() == "23:30"
    await hall.fire_timers()
    assert await alarms(hall) == {}


async def test_on_a_shut_day_nothing_is_missed(hall: Hall) -> None:
    await hall.load(ROSTER + '\n[[closure]]\nday = "2026-03-03"\n')
    hall.wait(NIGHT_S)
    await hall.fire_timers()
    assert await alarms(hall) == {}
    now = await ready(hall)
    # The next day with hours is Monday; that Tuesday's desk is not wanted.
    assert now.opens_ms == hall.clock.now_ms() + round((6 * 24 + 0.25) * 3_600_000)
    assert now.planned == 0


async def test_a_service_open_on_holidays_opens_the_site_on_a_shut_day(hall: Hall) -> None:
    holidays = ROSTER.replace('prefix = "C"', 'prefix = "C"\nholidays = true', 1)
    await hall.load(holidays + '\n[[closure]]\nday = "2026-03-03"\n')
    hall.wait(NIGHT_S)
    await hall.fire_timers()
    assert {"printer:p1", "board:b1", "kiosk:k1"} <= (await alarms(hall)).keys()


async def test_while_one_thing_is_missing_after_the_opening_no_other_is_added(hall: Hall) -> None:
    await hall.load(ROSTER)
    hall.wait(NIGHT_S)
    for _ in range(18):
        await all_well(hall)
        await hall.fire_timers()
        hall.wait(60)
    assert list(await alarms(hall)) == ["desks"]
    await beat(hall, "printer", "p1", '{"paper":"out"}')
    await hall.fire_timers()
    assert list(await alarms(hall)) == ["desks"]
    await hall.open("v1")
    hall.wait(60)
    await hall.fire_timers()
    assert await alarms(hall) == {}


async def test_the_panel_knows_when_the_site_opens_and_which_desks_are_planned(hall: Hall) -> None:
    await hall.load(ROSTER)
    await all_well(hall)
    hall.wait(NIGHT_S)
    await all_well(hall)
    now = await ready(hall)
    assert now.opens_ms == hall.clock.now_ms() + 15 * 60_000
    assert now.check_ms == hall.clock.now_ms()
    assert (now.planned, now.open) == (1, 0)
    assert [(one.kind, one.subject, one.figures["why"]) for one in now.missing] == [
        ("desk", "hnc.v1", "closed")
    ]


@pytest.mark.rule("power-returns")
async def test_a_check_that_is_a_day_late_raises_nothing_and_waits_for_the_next_opening(
    hall: Hall,
) -> None:
    hall.wait(NIGHT_S + 26 * 3600)
    await hall.fire_timers()
    assert await alarms(hall) == {}
    hall.wait(5 * 24 * 3600 - 2 * 3600)
    assert hall.wall() == "07:45"
    await hall.fire_timers()
    assert len(await alarms(hall)) == 4


@pytest.mark.rule("before-opening")
@both_engines
async def test_what_somebody_closed_and_forgot_is_missing_in_the_morning(hall: Hall) -> None:
    tomorrow_ms = hall.clock.now_ms() + round(NIGHT_S * 1000)
    for service, until_ms in (("caja", None), ("sangre", tomorrow_ms), ("citas", tomorrow_ms << 1)):
        closed = requests.PauseService(service, until_ms)
        await hall.act(pauses.pause_service, closed)
    await hall.act(pauses.pause_kiosk, requests.PauseKiosk("k1"))
    shown = await hall.act(messages.show, requests.ShowMessage("emergency", {"es": "Simulacro"}))
    hall.wait(NIGHT_S)
    await all_well(hall)
    await hall.fire_timers()
    held = {"kind": "held", "why": "held"}
    assert await alarms(hall) == {
        "held:service:caja": {**held, "name": "Caja"},
        "held:service:citas": {**held, "name": "Citas"},
        "held:kiosk:k1": {**held, "name": "Entrada"},
        f"held:message:{shown.message}": {"kind": "held", "why": "emergency", "name": "Simulacro"},
    }
    for service in ("caja", "citas"):
        await hall.act(pauses.resume_service, requests.ServiceNamed(service))
    await hall.act(pauses.resume_kiosk, requests.KioskNamed("k1"))
    await hall.act(messages.end, requests.EndMessage(shown.message))
    hall.wait(60)
    await all_well(hall)
    await hall.fire_timers()
    assert await alarms(hall) == {}


async def test_where_no_day_closes_what_was_missing_yesterday_is_over(hall: Hall) -> None:
    await hall.load(SITE.replace("hours =", 'settings = { day_close = "never" }\nhours =', 1))
    hall.wait(NIGHT_S)
    await hall.fire_timers()
    assert len(await alarms(hall)) == 4
    hall.wait(25 * 3600)
    await hall.fire_timers()
    assert await alarms(hall) == {}


@pytest.mark.rule("before-opening")
async def test_a_desk_that_is_gone_takes_its_roster_with_it(hall: Hall) -> None:
    await hall.load(ROSTER)
    before, _, desk = ROSTER.replace("callbacks = {}\n", "").partition('[[desk]]\nkey = "v1"')
    await hall.load(before + desk[desk.index("[[") :])
    await all_well(hall)
    hall.wait(NIGHT_S)
    await all_well(hall)
    now = await ready(hall)
    assert now.planned == 0
    assert now.missing == ()


async def test_a_roster_in_words_that_are_no_hours_is_refused_whole(hall: Hall) -> None:
    with pytest.raises(Invalid, match="desk"):
        site_file.decode(ROSTER.replace('tue = ["08:00-13:00"]', 'tue = ["mañana"]'))
    with pytest.raises(Invalid, match="roster"):
        site_file.decode(ROSTER + '\n[[roster]]\nday = "tue"\ndesk = "v77"\n')
    assert (await ready(hall)).planned == 0


async def test_a_day_closed_by_hand_is_over_too(hall: Hall) -> None:
    await hall.load(ROSTER)
    hall.wait(NIGHT_S)
    await hall.fire_timers()
    assert await alarms(hall) != {}
    hall.wait(3600)
    await hall.close_day()
    hall.wait(60)
    await hall.fire_timers()
    assert await alarms(hall) == {}
