"""A service or a kiosk is closed: now, from an hour on, until an hour, or after so many tickets."""

import asyncio
from typing import Any

import pytest

from tests.queue.engines import both_engines
from tests.queue.hall import SITE, Hall
from tests.queue.refusal import refused
from turnero.queue import reads, requests
from turnero.queue.commands import devices, pauses
from turnero.queue.facts import (
    KioskPaused,
    KioskResumed,
    ServicePaused,
    ServiceResumed,
    TicketIssued,
)
from turnero.queue.views import PauseView
from turnero.store.errors import Refused

HOUR_MS = 3600_000


async def pause(hall: Hall, **more: Any) -> requests.LeverPulled:
    return await hall.act(pauses.pause_service, requests.PauseService(service="caja", **more))


async def resume(hall: Hall) -> requests.LeverPulled:
    return await hall.act(pauses.resume_service, requests.ServiceNamed(service="caja"))


async def pause_kiosk(hall: Hall, **more: Any) -> requests.LeverPulled:
    return await hall.act(pauses.pause_kiosk, requests.PauseKiosk(place="k1", **more))


async def paused(hall: Hall) -> PauseView | None:
    """What the kiosk's page is told of the service."""
    services = await hall.read(reads.services, 1, hall.clock.line_ms())
    return next(one.pause for one in services if one.key == "caja")


@pytest.mark.rule("closed")
@both_engines
async def test_a_closed_service_gives_no_ticket_and_who_waits_is_called(hall: Hall) -> None:
    ticket = await hall.take()
    await pause(hall, text={"es": "Vuelva mañana", "en": "Come back tomorrow"})
    async with refused(hall, "service-paused", service="caja", says="Vuelva mañana"):
        await hall.take()
    async with refused(hall, "service-paused", says="Come back tomorrow"):
        await hall.take(language="en")
    await hall.take("sangre")
    assert await hall.next() == ticket
    await resume(hall)
    assert await hall.number() == "C002"
    assert [type(fact) for fact in await hall.facts() if "service" in fact.tag][:2] == [
        ServicePaused,
        ServiceResumed,
    ]


@pytest.mark.rule("closed")
@both_engines
async def test_until_an_hour_and_then_it_opens_by_itself(hall: Hall) -> None:
    await pause(hall, until_ms=hall.clock.now_ms() + HOUR_MS)
    async with refused(hall, "service-paused-until", until="10:00", says=""):
        await hall.take()
    hall.wait(3599)
    await hall.fire_timers()
    assert await paused(hall) is not None
    hall.wait(1)
    await hall.fire_timers()
    await hall.take()
    assert len(await hall.facts(ServiceResumed)) == 1
    hall.wait(60)
    await hall.fire_timers()
    assert len(await hall.facts(ServiceResumed)) == 1


async def test_an_hour_of_another_day_is_said_with_its_day(hall: Hall) -> None:
    await pause(hall, until_ms=hall.clock.now_ms() + 24 * HOUR_MS)
    async with refused(hall, "service-paused-until", until="2026-03-03 09:00"):
        await hall.take()


@pytest.mark.rule("closed")
@both_engines
async def test_after_so_many_tickets(hall: Hall) -> None:
    pulled = await pause(hall, after=2, text={"es": "Últimos dos"})
    assert pulled == requests.LeverPulled("caja", "limited")
    await hall.take()
    left = await paused(hall)
    assert left is not None
    assert (left.state, left.after) == ("limited", 1)
    await hall.take()
    async with refused(hall, "service-paused", says="Últimos dos"):
        await hall.take()
    first, last = await hall.facts(ServicePaused)
    assert (first.after, last.after) == (2, None)
    await resume(hall)
    await hall.take()
    assert await paused(hall) is None


async def test_a_refused_ticket_is_none_of_those_still_given(hall: Hall) -> None:
    await pause(hall, after=1)
    async with refused(hall, "attention-unknown"):
        await hall.take(attention="zzz")
    await hall.take()


@pytest.mark.rule("closed")
@both_engines
async def test_from_an_hour_on(hall: Hall) -> None:
    now_ms = hall.clock.now_ms()
    pulled = await pause(hall, from_ms=now_ms + HOUR_MS, until_ms=now_ms + 2 * HOUR_MS)
    assert pulled.state == "planned"
    planned = next(one for one in (await hall.read(reads.pauses, 1)).services if one.pause)
    assert planned.service == "caja"
    assert planned.pause is not None
    assert planned.pause.from_ms == now_ms + HOUR_MS
    await hall.take()
    hall.wait(3600)
    await hall.fire_timers()
    async with refused(hall, "service-paused-until", until="11:00"):
        await hall.take()
    hall.wait(3600)
    await hall.fire_timers()
    await hall.take()


async def test_what_is_planned_can_be_called_off(hall: Hall) -> None:
    await pause(hall, from_ms=hall.clock.now_ms() + HOUR_MS)
    await resume(hall)
    hall.wait(3600)
    await hall.fire_timers()
    await hall.take()
    async with refused(hall, "service-not-paused", service="caja"):
        await resume(hall)


async def test_a_plan_that_was_slept_through_closes_nothing(hall: Hall) -> None:
    now_ms = hall.clock.now_ms()
    await pause(hall, from_ms=now_ms + HOUR_MS, until_ms=now_ms + 2 * HOUR_MS)
    hall.wait(3 * 3600)  # the server was off
    await hall.fire_timers()
    await hall.take()


async def test_the_lever_pulled_again_sets_it_anew(hall: Hall) -> None:
    await pause(hall, until_ms=hall.clock.now_ms() + HOUR_MS)
    await pause(hall)
    hall.wait(3600)
    await hall.fire_timers()
    async with refused(hall, "service-paused"):
        await hall.take()


@pytest.mark.rule("closed")
@both_engines
async def test_a_closed_kiosk_gives_no_ticket_and_the_others_do(hall: Hall) -> None:
    await pause_kiosk(hall, text={"es": "Use el del segundo piso"})
    async with refused(hall, "kiosk-paused", kiosk="k1", says="Use el del segundo piso"):
        await hall.take(place="k1")
    await hall.take(place="k2")
    await hall.take()
    await hall.act(pauses.resume_kiosk, requests.KioskNamed(place="k1"))
    await hall.take(place="k1")
    async with refused(hall, "kiosk-not-paused", kiosk="k1"):
        await hall.act(pauses.resume_kiosk, requests.KioskNamed(place="k1"))
    assert len(await hall.facts(KioskPaused)) == len(await hall.facts(KioskResumed)) == 1


@pytest.mark.rule("closed")
@both_engines
async def test_a_kiosk_closes_after_so_many_and_opens_at_its_hour(hall: Hall) -> None:
    await pause_kiosk(hall, after=1, until_ms=hall.clock.now_ms() + HOUR_MS)
    await hall.take(place="k1")
    async with refused(hall, "kiosk-paused-until", until="10:00"):
        await hall.take(place="k1")
    hall.wait(3600)
    await hall.fire_timers()
    await hall.take(place="k1")
    assert len(await hall.facts(KioskResumed)) == 1


@both_engines
async def test_a_kiosk_closes_at_an_hour(hall: Hall) -> None:
    await pause_kiosk(hall, from_ms=hall.clock.now_ms() + HOUR_MS)
    await hall.take(place="k1")
    hall.wait(3600)
    await hall.fire_timers()
    async with refused(hall, "kiosk-paused"):
        await hall.take(place="k1")


@pytest.mark.rule("closed")
@both_engines
async def test_opposite_levers_at_once_are_each_answered_and_one_comes_last(hall: Hall) -> None:
    for _ in range(6):
        answers = await asyncio.gather(
            pause(hall), resume(hall), pause(hall), resume(hall), return_exceptions=True
        )
        for answer in answers:
            assert isinstance(answer, requests.LeverPulled) or (
                isinstance(answer, Refused) and answer.code == "service-not-paused"
            ), answer
        last = (await hall.facts())[-1]
        closed = await paused(hall) is not None
        assert isinstance(last, ServicePaused if closed else ServiceResumed)


@pytest.mark.rule("closed")
async def test_tickets_taken_at_once_are_no_more_than_were_left(hall: Hall) -> None:
    await pause(hall, after=5)
    answers = await asyncio.gather(*(hall.take() for _ in range(20)), return_exceptions=True)
    refusals = [answer for answer in answers if isinstance(answer, Refused)]
    assert {refusal.code for refusal in refusals} == {"service-paused"}
    assert len(refusals) == 15
    assert len(await hall.facts(TicketIssued)) == 5


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"until_ms": 1}, "until-past"),
        ({"from_ms": 1}, "until-past"),
        ({"from_ms": 1 << 50, "until_ms": 1 << 49}, "until-past"),
        ({"after": 0}, "after-out-of-range"),
        ({"after": 1000}, "after-out-of-range"),
        ({"text": {"xx": "hola"}}, "language-unknown"),
        ({"text": {"es": "a" * 301}}, "text-too-long"),
        ({"text": {"es": "a\u202eb"}}, "text-unreadable"),
    ],
)
async def test_what_cannot_be_is_refused(hall: Hall, wrong: dict[str, Any], code: str) -> None:
    async with refused(hall, code):
        await pause(hall, **wrong)
    async with refused(hall, code):
        await pause_kiosk(hall, **wrong)


async def test_only_what_there_is_can_be_closed(hall: Hall) -> None:
    for command, request, code in (
        (pauses.pause_service, requests.PauseService(service="zzz"), "service-unknown"),
        (pauses.pause_service, requests.PauseService(service="lab"), "service-is-group"),
        (pauses.resume_service, requests.ServiceNamed(service="zzz"), "service-unknown"),
        (pauses.pause_kiosk, requests.PauseKiosk(place="zzz"), "kiosk-unknown"),
        (pauses.resume_kiosk, requests.KioskNamed(place="zzz"), "kiosk-unknown"),
    ):
        async with refused(hall, code):
            await hall.act(command, request)


async def test_a_pause_that_was_planned_comes_though_a_language_of_its_words_is_gone(
    hall: Hall,
) -> None:
    now_ms = hall.clock.now_ms()
    texts = {"es": "Vuelva mañana", "en": "Come back tomorrow"}
    await pause(hall, from_ms=now_ms + HOUR_MS, text=texts)
    await pause_kiosk(hall, from_ms=now_ms + HOUR_MS, text=texts)
    await hall.load(SITE.replace('languages = ["es", "en"]', 'languages = ["es"]'))
    hall.wait(3600)
    await hall.fire_timers()
    there = await paused(hall)
    assert there is not None
    assert (there.state, there.texts) == ("paused", {"es": "Vuelva mañana"})
    (kiosk,) = (await hall.read(reads.pauses, 1)).kiosks
    assert kiosk.pause is not None
    assert kiosk.pause.state == "paused"


async def test_a_kiosk_that_is_taken_out_takes_its_pause_along(hall: Hall) -> None:
    await pause_kiosk(hall)
    await pause_kiosk(hall, from_ms=hall.clock.now_ms() + HOUR_MS)
    await hall.act(devices.remove, devices.RemoveDevice("hnc", "kiosk", "k1"))
    await hall.load()
    hall.wait(3600)
    await hall.fire_timers()
    assert [one.pause for one in (await hall.read(reads.pauses, 1)).kiosks] == [None]
