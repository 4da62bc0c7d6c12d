"""Calls that come in while something breaks: events, the link, the database, our own process."""

from typing import Any

import pytest

from tests.telephony.ivr.calling import IN_LINE, OFFER, House, _tickets
from turnero.store.errors import NotFound, Refused, Unavailable
from turnero.telephony.exchange import PromptDone, Stage
from turnero.telephony.ivr.ledger import LedgerActs


async def test_events_that_come_twice_late_or_not_at_all_ask_for_one_callback(house: House) -> None:
    house.exchange.switchboard.faults.double = True
    house.exchange.switchboard.faults.late_ms = 400
    await house.ring()
    await house.chooses_cashier()
    house.exchange.switchboard.cut()
    await house.passes(3)
    house.exchange.switchboard.mend()
    await house.passes(3)
    await house.press("1")
    await house.until("6, 5, 4")
    await house.press("1")
    await house.passes(5)
    house.exchange.switchboard.faults.double = False
    await house.over()
    assert await house.tickets() == [("waiting", "phone")]


async def test_the_end_of_another_prompt_is_no_silence(house: House) -> None:
    await house.ring()
    said = house.hears()
    for _ in range(5):
        house.menus.heard(PromptDone(house.leg))
        await house.passes(0.5)
    assert house.hears() == said
    await house.chooses_cashier()


async def test_what_the_exchange_did_not_take_is_said_once_it_listens(house: House) -> None:
    await house.ring()
    house.exchange.switchboard.faults.mute = True
    await house.press("1")
    await house.passes(3)
    house.exchange.switchboard.faults.mute = False
    await house.passes(2)
    assert OFFER in house.hears()


async def test_a_caller_who_vanishes_while_the_link_is_down_is_looked_up(house: House) -> None:
    await house.ring()
    await house.chooses_cashier()
    await house.press("2")
    await house.until(IN_LINE)
    house.exchange.switchboard.cut()
    house.exchange.hang(house.leg)
    await house.passes(2)
    assert await house.tickets() == [("waiting", "phone")]
    house.exchange.switchboard.mend()
    await house.passes(5)
    assert await house.tickets() == [("cancelled", "phone")]


async def test_nothing_is_called_kept_while_it_cannot_be(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.ring()
    await house.chooses_cashier()
    await house.press("1")
    await house.until("6, 5, 4")
    run = house.room.ledger.run

    async def broken(command: Any, *given: Any, **named: Any) -> Any:
        if command.__name__ == "ask":
            raise Unavailable("the disk is full")
        return await run(command, *given, **named)

    monkeypatch.setattr(house.room.ledger, "run", broken)
    heard: list[str] = []
    assert house.exchange.press(house.leg, "1")
    for _ in range(60):
        await house.passes(0.5)
        heard += house.hears()
    assert "Listo: su lugar está guardado." not in heard
    assert (
        "No pudimos comprobar que su pedido quedó anotado. Por favor, vuelva a llamar en unos minutos."
        in heard
    )
    assert await house.tickets() == []


@pytest.mark.parametrize("broken", ["voice", "database"])
async def test_who_rings_while_nothing_can_be_said_or_read_hears_the_exchange_and_no_silence(
    house: House, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    async def fails(_called: str) -> None:
        raise Unavailable("the disk is gone")

    if broken == "voice":
        monkeypatch.setattr(house.menus, "_speaks", lambda _language: False)
    else:
        monkeypatch.setattr(house.menus._acts, "house", fails)
    await house.ring()
    state = await house.exchange.lookup(house.leg)
    assert state is not None
    assert state.stage is Stage.UP, "hung up without a word"
    assert house.hears() == []
    await house.over(10)


async def test_what_was_kept_and_nobody_heard_so_is_one_callback_and_told_as_kept(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.ring()
    await house.chooses_cashier()
    await house.press("1")
    await house.until("6, 5, 4")
    run, lost = house.room.ledger.run, 0

    async def cut(command: Any, *given: Any, **named: Any) -> Any:
        nonlocal lost
        done = await run(command, *given, **named)
        if command.__name__ == "ask" and not lost:
            lost += 1
            raise Unavailable("the answer is lost")
        return done

    monkeypatch.setattr(house.room.ledger, "run", cut)
    await house.press("1")
    await house.until("Listo: su lugar está guardado.")
    assert lost == 1
    assert await house.tickets() == [("waiting", "phone")]


async def test_who_is_in_the_menu_of_a_dead_process_is_told_by_the_exchange_at_once(
    house: House,
) -> None:
    await house.ring()
    await house.chooses_cashier()
    await house.dies()
    assert house.seen() is not None
    await house.begins_again()
    await house.passes(8)
    assert house.seen() is None, "silence"


async def test_who_holds_while_the_process_dies_is_taken_up_by_the_next_one(house: House) -> None:
    await house.ring()
    await house.chooses_cashier()
    await house.press("2")
    await house.until(IN_LINE)
    await house.dies()
    await house.begins_again()
    await house.until("Sigue en la fila. Gracias por esperar.")
    called = await house.room.next("v1")
    assert called is not None
    await house.passes(8)
    assert await house.room.state(called) == "serving"
    mine = house.seen()
    assert mine is not None
    assert mine.joined is not None


async def test_who_was_sent_on_and_holds_is_taken_up_by_the_next_process(house: House) -> None:
    await house.ring()
    await house.chooses_cashier()
    await house.press("2")
    await house.until(IN_LINE)
    called = await house.room.next("v1")
    assert called is not None
    await house.passes(8)
    await house.room.transfer(called, desk="v2")
    await house.passes(2)
    await house.dies()
    await house.begins_again()
    await house.until("Sigue en la fila. Gracias por esperar.", within_s=5)


async def test_who_holds_is_taken_up_also_where_the_exchange_does_not_answer_at_first(
    house: House,
) -> None:
    await house.ring()
    await house.chooses_cashier()
    await house.press("2")
    await house.until(IN_LINE)
    await house.dies()
    house.exchange.switchboard.faults.mute = True
    await house.begins_again()
    house.exchange.switchboard.faults.mute = False
    await house.until("Sigue en la fila. Gracias por esperar.", within_s=5)


async def test_a_call_that_breaks_off_here_leaves_no_place_behind(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.ring()
    await house.chooses_cashier()
    await house.press("2")
    await house.until(IN_LINE)

    async def full(*_given: Any) -> None:
        raise OSError("sounds cannot be written")

    monkeypatch.setattr(house.exchange, "prompt", full)
    await house.over()
    await house.passes(2)
    assert await house.tickets() == [("cancelled", "phone")]
    assert isinstance(house.menus._acts, LedgerActs)
    assert not house.menus._acts._sealed, "a number is kept that nobody needs"


async def test_an_agent_who_starts_before_the_telephone_is_picked_up_hangs_up_on_nobody(
    house: House,
) -> None:
    house.exchange.hold("desk1")
    await house.ring()
    await house.chooses_cashier()
    await house.press("2")
    await house.until(IN_LINE)
    called = await house.room.next("v1")
    assert called is not None
    await house.passes(2)
    with pytest.raises(Refused, match="callback-by-phone"):
        await house.room.move("start", called)
    (desk,) = house.desks()
    assert house.exchange.answer(desk.leg)
    await house.passes(2)
    mine = house.seen()
    assert mine is not None
    assert mine.joined == desk.leg
    assert await house.room.state(called) == "serving"


@pytest.mark.parametrize("caller", ["+51987654301", None])
async def test_who_waited_on_the_line_and_whose_end_is_taken_back_is_rung(
    house: House, caller: str | None
) -> None:
    await house.ring(caller)
    await house.chooses_cashier()
    await house.press("2")
    await house.until(IN_LINE)
    ((ticket, *_),) = await house.room.read(_tickets)
    await house.room.move("cancel", ticket)
    if caller is None:
        with pytest.raises(NotFound, match="phone-unknown"):
            await house.room.move("undo", ticket)
        return
    await house.room.move("undo", ticket)
    await house.over()
    assert await house.tickets() == [("waiting", "phone")]
    assert (await house.room.callback(ticket)).how == "phone"
    assert await house.room.next("v1") == ticket
    await house.room.until(ticket, "serving")
    assert [dial.to for dial in house.exchange.switchboard.dials] == ["desk1", caller]


async def test_who_hung_up_while_the_process_was_dead_is_not_called(house: House) -> None:
    await house.ring()
    await house.chooses_cashier()
    await house.press("2")
    await house.until(IN_LINE)
    await house.dies()
    house.exchange.hang(house.leg)
    await house.begins_again()
    await house.passes(3)
    assert await house.tickets() == [("cancelled", "phone")]


async def test_two_who_speak_and_who_holds_stay_when_we_end(house: House) -> None:
    await house.ring()
    await house.chooses_cashier()
    await house.press("2")
    await house.until(IN_LINE)
    await house.room.next("v1")
    await house.passes(8)
    speaking = house.leg
    await house.ring("+51987654301")
    await house.chooses_cashier()
    await house.press("2")
    await house.until(IN_LINE)
    await house.room.stops()
    state = await house.exchange.lookup(speaking)
    assert state is not None
    assert state.joined is not None
    assert await house.exchange.lookup(house.leg) is not None
    assert sorted(await house.tickets()) == [("serving", "phone"), ("waiting", "phone")]
