"""A campaign's people wait behind everybody, a few at a time; what they answer is kept and counted."""

import msgspec
import pytest
from sqlalchemy import select

from tests.telephony.campaigns.listed import Room
from turnero.queue import site_out
from turnero.queue.call_facts import CallbackAsked
from turnero.queue.commands import moves
from turnero.queue.commands.sites import load_site
from turnero.queue.facts import TicketIssued
from turnero.queue.ranks import FOLLOW_UP
from turnero.queue.report import fold
from turnero.queue.requests import TicketMove
from turnero.store.errors import Refused, TurneroError
from turnero.store.sql import Statement
from turnero.telephony.campaigns import at_desk, commands, reads
from turnero.telephony.campaigns.facts import CampaignAnswered
from turnero.telephony.campaigns.survey import QUESTIONS, Question
from turnero.telephony.campaigns.tables import campaign_person

_PEOPLE = Statement(select(campaign_person).order_by(campaign_person.c.id))


async def test_a_few_are_in_line_at_once_and_the_rest_follow(room: Room) -> None:
    number = await room.begin(7)
    await room.passes(1)
    now = await room.campaign(number)
    assert (now.people, now.open, now.waiting, now.done) == (7, 5, 2, 0)
    assert now.called == 0
    first, *_ = await room.facts(CallbackAsked)
    assert first.how == "campaign"
    await room.act(moves.cancel, TicketMove(first.ticket))
    await room.passes(61)
    now = await room.campaign(number)
    assert (now.open, now.waiting, now.ends) == (5, 1, {"cancelled": 1})
    assert now.called == 1


@pytest.mark.parametrize("order", ["strict", "accumulating", "share"])
@pytest.mark.parametrize("service", ["caja", "sangre"])
async def test_nobody_who_waits_waits_for_them(room: Room, order: str, service: str) -> None:
    file = await room.read(site_out.read, 1)
    assert file is not None
    settings = msgspec.structs.replace(file.site.settings, order=order)
    site = msgspec.structs.replace(file.site, settings=settings)
    await room.act(load_site, msgspec.structs.replace(file, site=site))
    await room.begin(1)
    await room.passes(1)
    await room.open()
    room.wait(3 * 3_600)
    # Of an overflow service too, and at the turn of those of no preferred class.
    came = [await room.take(service, "preferential") for _ in range(4)]
    assert [await room.next() for _ in came] == came
    (asked,) = await room.facts(CallbackAsked)
    assert await room.next() == asked.ticket


async def test_who_asks_for_no_class_keeps_the_one_that_was_usual(room: Room) -> None:
    before = (await room.ticket(await room.take("caja"))).attention
    await room.begin(1)
    await room.begin(1)
    assert (await room.ticket(await room.take("caja"))).attention == before
    file = await room.read(site_out.read, 1)
    assert file is not None
    assert [one.key for one in file.attention].count(FOLLOW_UP) == 1
    assert not next(one for one in file.attention if one.key == FOLLOW_UP).kiosk


async def at_the_desk(room: Room) -> str:
    """Somebody of a campaign is called; their callback."""
    await room.open()
    await room.next()
    (asked,) = await room.facts(CallbackAsked)
    return str(asked.callback)


async def test_an_answer_is_kept_once_and_the_later_one_counts(room: Room) -> None:
    number = await room.begin(1)
    await room.passes(1)
    callback = await at_the_desk(room)
    for given in ("1", "5"):
        await room.act(at_desk.answer, at_desk.Answer(callback, "P.3.14", given, "hnc.v1"))
    now = await room.campaign(number)
    assert now.answers == {"P.3.14": {"5": 1}, "P.3.15": {}}
    assert [one.answer for one in await room.facts(CampaignAnswered)] == ["1", "5"]
    for wrong in (("P.3.14", "9"), ("P.3.99", "5")):
        with pytest.raises(Refused) as refused:
            await room.act(at_desk.answer, at_desk.Answer(callback, *wrong, "hnc.v1"))
        assert refused.value.code == "question-unknown"


def test_a_share_of_good_answers_is_told_with_how_sure_it_is_or_not_at_all() -> None:
    overall, recommend = QUESTIONS

    def told(about: Question, called: int, **given: int) -> reads.Answered:
        found = reads.Campaign(
            *(1, "Control", "caja", "", None, None, None, True, 0, 99, 0, 0, {}, called),
            answers={about.key: {one.replace("_", "-").lstrip("v"): n for one, n in given.items()}},
        )
        return reads.answered(found, about)

    few = told(overall, 9, v5=8, v1=1)
    assert (few.good, few.n, few.interval) == (8, 9, None)
    enough = told(overall, 40, v5=5, v4=3, v3=1, v1=1, no_answer=10)
    assert (enough.good, enough.n, enough.rate) == (8, 10, 0.25)
    assert enough.interval == pytest.approx((0.490, 0.943), abs=0.0006)
    # Of the second question's answers "definitely not" is 1 and "probably not" is 2.
    assert told(recommend, 20, v4=45, v3=135, v1=12, v2=8).good == 180
    # Who answers is still on the telephone.
    assert told(overall, 0, v5=1).rate == 0
    assert told(overall, 1, v5=2).rate == 1


async def test_an_answer_is_of_the_desk_that_has_them(room: Room) -> None:
    await room.begin(1)
    await room.passes(1)
    (asked,) = await room.facts(CallbackAsked)
    with pytest.raises(Refused) as waiting:
        await room.act(at_desk.answer, at_desk.Answer(asked.callback, "P.3.14", "5", "hnc.v1"))
    assert waiting.value.code == "ticket-not-here"
    callback = await at_the_desk(room)
    await room.open("v2")
    with pytest.raises(TurneroError):
        await room.act(at_desk.answer, at_desk.Answer(callback, "P.3.14", "5", "hnc.v2"))


async def test_who_wants_no_surveys_is_in_no_later_campaign(room: Room) -> None:
    await room.begin(1)
    await room.passes(1)
    callback = await at_the_desk(room)
    await room.act(at_desk.leave_out, at_desk.LeaveOut(callback, "hnc.v1"))
    again = await room.begin(2)
    await room.passes(1)
    now = await room.campaign(again)
    assert (now.ends, now.open, now.called) == ({"opted-out": 1}, 1, 0)


async def test_one_that_is_stopped_puts_nobody_in_line_until_it_goes_on(room: Room) -> None:
    number = await room.begin(2)
    await room.act(commands.move, commands.OfCampaign(number, runs=False))
    await room.passes(120)
    assert (await room.campaign(number)).waiting == 2
    await room.act(commands.move, commands.OfCampaign(number, runs=True))
    await room.passes(1)
    assert (await room.campaign(number)).open == 2


async def test_a_list_forgets_who_was_on_it_when_their_numbers_are_erased(room: Room) -> None:
    called = await room.begin(1)
    await room.passes(1)
    (asked,) = await room.facts(CallbackAsked)
    await room.act(moves.cancel, TicketMove(asked.ticket))
    stopped = await room.begin(3)
    await room.act(commands.move, commands.OfCampaign(stopped, runs=False))
    for _ in range(30):
        await room.passes(24 * 3600)
    kept = await room.rows(_PEOPLE)
    assert [row.note is None for row in kept] == [True, False, False, False]
    assert not any(row.number_index.startswith("#") for row in kept)
    for _ in range(3):
        await room.passes(24 * 3600)
    kept = await room.rows(_PEOPLE)
    assert {(row.name, row.note) for row in kept} == {(None, None)}
    assert [row.number_index for row in kept] == [f"#{row.id}" for row in kept]
    assert [row.left_out for row in kept] == [None, "erased", "erased", "erased"]
    assert (await room.campaign(called)).ends == {"cancelled": 1}
    await room.act(commands.move, commands.OfCampaign(stopped, runs=True))
    await room.passes(120)
    assert (await room.campaign(stopped)).open == 0


async def test_while_the_service_is_closed_people_stay_on_the_list(room: Room) -> None:
    room.wait(5 * 3_600)  # 14:00 is the middle of an open span: go on to the evening
    room.wait(6 * 3_600)
    number = await room.begin(1)
    await room.passes(1)
    assert (await room.campaign(number)).waiting == 1
    room.wait(12 * 3_600)
    await room.passes(61)
    assert (await room.campaign(number)).open == 1


async def test_the_day_s_waits_and_promises_are_of_those_who_asked(room: Room) -> None:
    await room.begin(1)
    await room.passes(1)
    await room.open()
    for service in ("caja", "caja"):
        await room.take(service)
    room.wait(600)
    for _ in range(3):
        await room.next()
    issued = await room.facts(TicketIssued)
    assert [one.promised for one in issued if one.attention == FOLLOW_UP] == [None]
    report = fold(await room.entries(), "2026-03-02", "America/Lima")
    assert report.all_waits is not None
    assert report.all_waits.n == 2
    assert sum(one.tickets for one in report.tickets) == 3
