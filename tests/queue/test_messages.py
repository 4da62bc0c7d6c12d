"""Broadcast, service notice, emergency: who is shown what, until when; an emergency holds up calls."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.queue.engines import both_engines
from tests.queue.hall import Hall
from tests.queue.refusal import refused
from turnero.queue import reads, requests
from turnero.queue.commands import messages
from turnero.queue.facts import MessageEnded, MessageShown, TicketCalled
from turnero.queue.views import MessageView
from turnero.store.errors import Refused


async def show(hall: Hall, sort: Any = "broadcast", **more: Any) -> int:
    fields: dict[str, Any] = {"texts": {"es": "Diríjase a la salida"}, **more}
    shown = await hall.act(messages.show, requests.ShowMessage(sort=sort, **fields))
    return shown.message


async def end(hall: Hall, number: int) -> None:
    await hall.act(messages.end, requests.EndMessage(message=number))


async def shown(hall: Hall, zone: str | None = None) -> tuple[MessageView, ...]:
    return await hall.read(reads.messages, 1, zone)


@both_engines
async def test_a_broadcast_is_shown_where_it_was_chosen_until_somebody_ends_it(hall: Hall) -> None:
    number = await show(hall, zones=("a",), texts={"es": "Hola", "en": "Hello"})
    (one,) = await shown(hall, "a")
    assert (one.id, one.sort, one.texts, one.zones) == (
        number,
        "broadcast",
        {"es": "Hola", "en": "Hello"},
        ("a",),
    )
    assert await shown(hall, "b") == ()
    assert len(await shown(hall, "")) == len(await shown(hall)) == 1
    await end(hall, number)
    assert await shown(hall) == ()
    async with refused(hall, "message-over"):
        await end(hall, number)


async def test_the_words_stay_out_of_the_journal(hall: Hall) -> None:
    await show(hall, "emergency", texts={"es": "Simulacro de sismo"})
    assert all(b"Simulacro" not in entry.body for entry in await hall.entries())
    (fact,) = await hall.facts(MessageShown)
    assert (fact.sort, fact.zones) == ("emergency", ())


@both_engines
async def test_it_ends_by_itself_at_its_hour_once(hall: Hall) -> None:
    await show(hall, until_ms=hall.clock.now_ms() + 600_000)
    hall.wait(599)
    await hall.fire_timers()
    assert len(await shown(hall)) == 1
    hall.wait(4000)  # and a server that was down ends it late, with one fact
    await hall.fire_timers()
    await hall.fire_timers()
    assert await shown(hall) == ()
    assert len(await hall.facts(MessageEnded)) == 1


async def test_a_notice_on_a_service_has_its_public_name(hall: Hall) -> None:
    await show(hall, "service", service="infecto")
    (one,) = await shown(hall, "a")
    assert one.names == {"es": "Consultorio 4", "en": "Room 4"}


@pytest.mark.rule("emergency")
@both_engines
async def test_an_emergency_holds_up_the_calls_of_its_zones_and_of_no_other(hall: Hall) -> None:
    called, waits = await hall.take("caja"), await hall.take("caja")
    blood = await hall.take("sangre")
    await hall.next("v1")
    number = await show(hall, "emergency", zones=("a",))
    acts: list[Callable[[], Awaitable[object]]] = [
        lambda: hall.next("v1"),
        lambda: hall.call(waits, "v1"),
        lambda: hall.move("recall", called),
    ]
    for act in acts:
        async with refused(hall, "emergency-on", desk="hnc.v1"):
            await act()
    assert await hall.next("v2") == blood
    await hall.move("start", called)
    await hall.finish(called)
    await end(hall, number)
    assert await hall.next("v1") == waits


@pytest.mark.rule("emergency")
@both_engines
async def test_an_emergency_for_everybody_holds_up_every_call(hall: Hall) -> None:
    await hall.take("caja")
    await hall.take("sangre")
    await show(hall, "emergency")
    for desk in ("v1", "v2"):
        async with refused(hall, "emergency-on"):
            await hall.next(desk)
    assert await hall.facts(TicketCalled) == []
    await hall.take("caja")


async def test_of_two_emergencies_the_second_holds_on_when_the_first_is_over(hall: Hall) -> None:
    await hall.take("caja")
    first, second = await show(hall, "emergency"), await show(hall, "emergency", zones=("a",))
    await end(hall, first)
    async with refused(hall, "emergency-on"):
        await hall.next("v1")
    await end(hall, second)
    assert await hall.next("v1")


async def test_a_broadcast_holds_up_nobody(hall: Hall) -> None:
    ticket = await hall.take("caja")
    await show(hall)
    assert await hall.next() == ticket


async def test_only_an_emergency_of_its_zone_fills_a_board(hall: Hall) -> None:
    await show(hall, "emergency", zones=("a",))
    await show(hall)
    emergency, broadcast = await shown(hall)  # the newer one last: emergencies go first
    assert [emergency.fills(zone) for zone in ("a", "b", "")] == [True, False, False]
    assert not broadcast.fills("a")
    await show(hall, "emergency")
    assert (await shown(hall))[0].fills("")


async def test_from_when_on_calls_are_news_again(hall: Hall) -> None:
    number = await show(hall, "emergency", zones=("a",))
    hall.wait(60)
    await end(hall, number)
    ended_ms = hall.clock.line_ms()
    hall.wait(60)
    now_ms = hall.clock.line_ms()
    assert await hall.read(reads.quiet_ms, 1, "a", now_ms) == ended_ms
    assert await hall.read(reads.quiet_ms, 1, "b", now_ms) == 0


@pytest.mark.rule("emergency")
async def test_a_text_of_five_thousand_characters_is_refused_with_how_long_it_may_be(
    hall: Hall,
) -> None:
    async with refused(hall, "text-too-long", field="text", max=300, length=5000):
        await show(hall, "emergency", texts={"es": "¡" * 5000})
    await show(hall, "emergency", texts={"es": "¡" * 300})


async def test_lines_of_a_form_become_one(hall: Hall) -> None:
    await show(hall, texts={"es": "  Uno\r\ndos\ttres "})
    (one,) = await shown(hall)
    assert one.texts["es"].split() == ["Uno", "dos", "tres"]
    assert "\n" not in one.texts["es"]


@pytest.mark.parametrize(
    ("sort", "wrong", "code"),
    [
        ("broadcast", {"texts": {}}, "text-missing"),
        ("broadcast", {"texts": {"es": " \n "}}, "text-missing"),
        ("broadcast", {"texts": {"es": "a\u202eb"}}, "text-unreadable"),
        ("broadcast", {"texts": {"qq": "a"}}, "language-unknown"),
        ("broadcast", {"until_ms": 5}, "until-past"),
        ("broadcast", {"zones": ("zz",)}, "zone-unknown"),
        ("broadcast", {"service": "caja"}, "message-service"),
        ("service", {}, "message-service"),
        ("service", {"service": "zzz"}, "service-unknown"),
    ],
)
async def test_what_cannot_be_shown_is_refused(
    hall: Hall, sort: str, wrong: dict[str, Any], code: str
) -> None:
    async with refused(hall, code):
        await show(hall, sort, **wrong)


async def test_an_unknown_message_cannot_be_ended(hall: Hall) -> None:
    async with refused(hall, "message-unknown"):
        await end(hall, 77)


@both_engines
async def test_two_supervisors_end_one_emergency_at_once(hall: Hall) -> None:
    number = await show(hall, "emergency")
    answers = await asyncio.gather(end(hall, number), end(hall, number), return_exceptions=True)
    codes = [answer.code for answer in answers if isinstance(answer, Refused)]
    assert codes == ["message-over"]
    assert len(await hall.facts(MessageEnded)) == 1


@both_engines
async def test_a_call_and_an_emergency_at_once_are_one_of_the_two_orders(hall: Hall) -> None:
    ticket = await hall.take("caja")
    await hall.open("v1")
    answers = await asyncio.gather(hall.next("v1"), show(hall, "emergency"), return_exceptions=True)
    kinds = [fact.tag for fact in await hall.facts()][-2:]
    if isinstance(answers[0], Refused):
        assert answers[0].code == "emergency-on"
        assert await hall.state(ticket) == "waiting"
    else:
        assert kinds == ["ticket-called", "message-shown"]


async def test_a_clock_that_is_set_ends_a_message_at_its_hour_and_not_before(hall: Hall) -> None:
    hall.clock.set_wall(hall.clock.now_ms() - 2 * 3600_000)
    until_ms = hall.clock.now_ms() + 3600_000
    await hall.act(
        messages.show, requests.ShowMessage("broadcast", {"es": "Hola"}, until_ms=until_ms)
    )
    assert len(await hall.read(reads.messages, 1, None)) == 1
    hall.wait(3600)
    await hall.fire_timers()
    assert await hall.read(reads.messages, 1, None) == ()
