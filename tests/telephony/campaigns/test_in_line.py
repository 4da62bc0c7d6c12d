"""What of a campaign is in line: how many, until when, and what becomes of them when it stops."""

from typing import Any

import pytest

from tests.queue.hall import SITE
from tests.telephony.campaigns.listed import Room
from turnero.queue import site_out
from turnero.queue.call_facts import CallbackAsked, CallbackCarried, CallbackEnded
from turnero.queue.call_requests import AskCallback, DialDesk, OfCallback
from turnero.queue.commands import callbacks, dialling, people, reaching
from turnero.queue.commands.sites import load_site
from turnero.queue.ranks import FOLLOW_UP
from turnero.queue.reads import callbacks as calls
from turnero.queue.reads.patients_calls import sealed_name
from turnero.queue.site_shape import SiteFile
from turnero.store.errors import Invalid
from turnero.telephony.campaigns import commands


async def described(room: Room) -> SiteFile:
    """The site as it is now."""
    file = await room.read(site_out.read, 1)
    assert file is not None
    return file


async def asked_first(room: Room) -> Any:
    """The first one that was put in line."""
    return next(iter(await room.facts(CallbackAsked)))


async def test_who_was_rung_in_vain_keeps_nobody_back(room: Room) -> None:
    number = await room.begin(7)
    await room.passes(1)
    await room.open()
    await room.next()
    first = await asked_first(room)
    await room.act(reaching.by_hand, OfCallback(first.callback, "no-answer", "hnc.v1"))
    await room.passes(10)
    now = await room.campaign(number)
    assert (now.open, now.waiting) == (6, 1)


async def test_before_their_hours_nobody_is_asked_for(room: Room) -> None:
    number = await room.begin(7, from_minute=15 * 60)
    await room.passes(61)
    assert (await room.campaign(number)).open == 0
    assert await room.facts(CallbackAsked) == []
    await room.passes(6 * 3_600)
    assert (await room.campaign(number)).open == 5


async def test_who_is_stopped_in_line_is_on_the_list_again_as_they_were(room: Room) -> None:
    number = await room.begin(7)
    await room.passes(1)
    await room.open()
    at_desk = await room.next()
    await room.act(commands.move, commands.OfCampaign(number, runs=False))
    now = await room.campaign(number)
    assert (now.open, now.waiting, now.done) == (1, 6, 0)
    await room.act(commands.move, commands.OfCampaign(number, runs=True))
    await room.passes(1)
    again = [one for one in await room.facts(CallbackAsked) if one.ticket != at_desk][4:]
    assert len(again) == 4
    for n, one in enumerate(again, 1):
        found = await room.read(calls.of_ticket, one.ticket)
        assert found is not None
        assert found.reason == "Control de marzo"
        name = await room.read(sealed_name, found.id)
        assert name is not None
        assert room.numbers.open_name(name) == f"Persona {n}"


async def test_after_its_last_day_nobody_is_called_not_even_who_was_in_line(room: Room) -> None:
    number = await room.begin(7, until_day="2026-03-02")
    await room.passes(1)
    assert (await room.campaign(number)).open == 5
    for _ in range(4):
        await room.passes(6 * 3_600)
    now = await room.campaign(number)
    assert (now.running, now.open, now.waiting, now.ends) == (False, 0, 2, {"expired": 5})
    await room.passes(12 * 3_600)
    assert await room.facts(CallbackCarried) == []


@pytest.mark.parametrize(
    ("when", "code"),
    [
        ({"from_minute": 600, "to_minute": 600}, "callback-hours"),
        ({"from_minute": 660, "to_minute": 600}, "callback-hours"),
        ({"from_minute": 19 * 60}, "campaign-no-hours"),
        ({"to_minute": 7 * 60}, "campaign-no-hours"),
        ({"until_day": "2026-03-01"}, "campaign-day-over"),
    ],
)
async def test_a_time_in_which_nobody_could_be_called_is_refused(
    room: Room, when: dict[str, object], code: str
) -> None:
    with pytest.raises(Invalid) as refused:
        await room.begin(1, **when)
    assert refused.value.code == code


async def test_a_class_that_somebody_took_away_is_made_again(room: Room) -> None:
    before = await described(room)
    number = await room.begin(7)
    made = await described(room)
    assert made == commands.with_class(before), "nothing else changes"
    await room.act(load_site, before)
    await room.passes(1)
    assert (await room.campaign(number)).open == 5
    assert FOLLOW_UP in {one.key for one in (await described(room)).attention}


async def test_who_asks_for_themselves_does_not_wait_as_a_campaign_s(room: Room) -> None:
    number = await room.begin(1)
    await room.passes(1)
    phone = room.numbers.seal("987650000", "pe", ())
    mine = AskCallback(phone=phone, service="caja", channel="kiosk")
    asked = await room.act(callbacks.ask, mine)
    assert not asked.already
    assert (await room.ticket(asked.ticket)).attention == "ordinary"
    assert (await room.campaign(number)).ends == {"merged": 1}
    assert await room.state((await asked_first(room)).ticket) == "cancelled"
    assert (await room.act(callbacks.ask, mine)).already


async def test_at_the_desk_already_they_are_told_so(room: Room) -> None:
    await room.begin(1)
    await room.passes(1)
    await room.open()
    await room.next()
    phone = room.numbers.seal("987650000", "pe", ())
    asked = await room.act(callbacks.ask, AskCallback(phone=phone, service="caja"))
    assert asked.already


async def test_who_says_in_line_that_they_want_none_is_not_rung(room: Room) -> None:
    number = await room.begin(1)
    await room.passes(1)
    await room.act(people.opt_out, people.PhoneNamed(1))
    await room.open()
    await room.next()
    first = await asked_first(room)
    dialled = await room.act(dialling.dial_desk, DialDesk(first.callback, "tn-1", 1))
    assert dialled.leg is None
    (ended,) = await room.facts(CallbackEnded)
    assert (ended.how, ended.dialled) == ("cancelled", False)
    assert (await room.campaign(number)).open == 0
    assert (await room.desk()).serving is None


async def test_a_path_is_for_who_came_and_not_for_who_is_rung(room: Room) -> None:
    site = SITE.replace('prefix = "C"\n', 'prefix = "C"\npath = ["sangre"]\n')
    await room.load(site.replace('prefix = "S"\n', 'prefix = "S"\ncallbacks = {}\n'))
    number = await room.begin(1)
    await room.passes(1)
    await room.open()
    called = await room.next()
    assert called is not None
    await room.move("start", called)
    await room.finish(called)
    assert (await room.campaign(number)).ends == {"done": 1}


async def test_a_language_that_is_gone_keeps_nobody_behind_it_waiting(room: Room) -> None:
    people_ = tuple(
        commands.Listee(room.numbers.seal(f"98765432{n}", "pe", ()), language="en") for n in (1, 2)
    )
    request = commands.MakeCampaign("Control", "caja", "Buenos días", people_)
    number = (await room.act(commands.make, request)).campaign
    await room.load(SITE.replace('languages = ["es", "en"]', 'languages = ["es"]'))
    await room.passes(1)
    now = await room.campaign(number)
    assert (now.open, now.waiting) == (2, 0)


async def test_on_a_sunday_who_asked_is_rung_and_nobody_of_a_list(room: Room) -> None:
    days = SITE.replace("hours = {", 'hours = { sun = ["08:00-18:00"],')
    await room.load(days + '\n[callbacks]\nsundays = "08:00-15:00"\n')
    room.wait(6 * 24 * 3_600)
    number = await room.begin(1)
    await room.passes(61)
    assert (await room.campaign(number)).open == 0
    await room.open()
    asked = await room.ring_me()
    assert await room.next() == asked.ticket
    await room.passes(23 * 3_600)
    assert (await room.campaign(number)).open == 1


async def test_where_sundays_alone_have_hours_no_list_can_be_called(room: Room) -> None:
    hours = 'weekdays = ""\nsaturdays = ""\nsundays = "08:00-15:00"'
    await room.load(f"{SITE}\n[callbacks]\n{hours}\n")
    with pytest.raises(Invalid, match="campaign-no-hours"):
        await room.begin(1)
