"""Whole calls that come in: the real line, the simulated exchange, the one who dials; a moved clock."""

import pytest

from tests.telephony.ivr.calling import ANA, IN_LINE, OFFER, House
from tests.telephony.ivr.menus import only_first
from tests.telephony.room import CALLING
from turnero.queue.commands.desk_phones import phone_rings
from turnero.queue.commands.desks import close_desk
from turnero.queue.facts import TicketRated
from turnero.queue.requests import CloseDesk, DeskMove
from turnero.store.errors import Invalid
from turnero.telephony.ivr.ledger import LedgerActs


async def test_somebody_rings_asks_to_be_called_back_and_is(house: House) -> None:
    await house.ring()
    assert house.hears()[0] == "Si es una emergencia, cuelgue y marque 106."
    await house.chooses_cashier()
    await house.press("1")
    await house.until("6, 5, 4")
    assert await house.tickets() == []
    await house.press("1")
    await house.until("Listo: su lugar está guardado.")
    assert await house.tickets() == [("waiting", "phone")]
    await house.over()
    # In its turn the desk is rung, then the one who asked.
    called = await house.room.next("v1")
    assert called is not None
    await house.passes(10)
    assert [dial.to for dial in house.exchange.switchboard.dials] == ["desk1", ANA]


async def test_who_stays_is_joined_in_their_turn_and_says_how_it_went(house: House) -> None:
    await house.ring()
    await house.chooses_cashier()
    await house.press("2")
    await house.until(IN_LINE)
    await house.until("Sigue usted.", within_s=90)
    called = await house.room.next("v1")
    assert called is not None
    await house.until("Es su turno. Le estamos comunicando.")
    assert len(house.desks()) == 1
    await house.passes(5)
    mine, desk = house.seen(), house.desks()[0]
    assert mine is not None
    assert mine.joined == desk.leg
    assert await house.room.state(called) == "serving"
    house.exchange.hang(desk.leg)
    await house.until("Si prefiere no responder, marque 0.")
    await house.press("4")
    await house.over()
    assert await house.room.said(TicketRated, "answer") == [4]
    assert await house.room.said(TicketRated, "ticket") == [called]


async def test_an_agent_who_calls_the_next_one_has_hung_up_on_this_one(house: House) -> None:
    await house.ring()
    await house.chooses_cashier()
    await house.press("2")
    await house.until(IN_LINE)
    called = await house.room.next("v1")
    assert called is not None
    await house.passes(8)
    assert await house.room.state(called) == "serving"
    await house.room.next("v1")
    await house.until("Si prefiere no responder, marque 0.", within_s=5)
    assert house.desks() == []


async def test_who_is_sent_on_to_another_desk_hears_so_and_is_joined_there(house: House) -> None:
    await house.ring()
    await house.chooses_cashier()
    await house.press("2")
    await house.until(IN_LINE)
    called = await house.room.next("v1")
    assert called is not None
    await house.passes(8)
    await house.room.transfer(called, desk="v2")
    await house.until("Sigue en la fila. Gracias por esperar.", within_s=5)
    assert await house.room.next("v2") == called
    await house.passes(8)
    mine = house.seen()
    assert mine is not None
    assert mine.joined is not None
    assert [one.number for one in house.desks()] == ["desk2"]


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("cancelled", "Lo sentimos: su lugar en la fila quedó anulado. Puede volver a llamar."),
        ("day over", "Su pedido queda como está. Le llamaremos cuando le toque."),
        ("set aside", "Su pedido queda como está. Le llamaremos cuando le toque."),
        (
            "day over, no number",
            "Lo sentimos: su lugar en la fila quedó anulado. Puede volver a llamar.",
        ),
    ],
)
async def test_who_holds_is_told_how_it_ends_and_not_cut_off(
    house: House, what: str, said: str
) -> None:
    await house.room.load(only_first(CALLING) + '\n[callbacks]\nweekdays = "07:00-09:01"\n')
    await house.ring(None if "no number" in what else ANA)
    await house.chooses_cashier()
    await house.press("2")
    await house.until(IN_LINE)
    if what.startswith("day over"):
        await house.passes(60)
        await house.room.close_day()
    else:
        house.exchange.hold("desk1")
        called = await house.room.next("v1")
        await house.room.move({"cancelled": "cancel", "set aside": "park"}[what], called or "")
    await house.until(said, within_s=3)
    await house.over(within_s=12)


async def test_who_hangs_up_while_holding_is_not_called(house: House) -> None:
    await house.ring()
    await house.chooses_cashier()
    await house.press("2")
    await house.until(IN_LINE)
    house.exchange.hang(house.leg)
    await house.over()
    assert await house.tickets() == [("cancelled", "phone")]


async def test_a_desk_that_does_not_pick_up_gives_the_place_back_and_may_call_again(
    house: House,
) -> None:
    house.exchange.hold("desk1")
    await house.ring()
    await house.chooses_cashier()
    await house.press("2")
    await house.until(IN_LINE)
    called = await house.room.next("v1")
    assert called is not None
    await house.until("Es su turno. Le estamos comunicando.")
    await house.passes(30)
    assert await house.room.state(called) == "waiting"
    assert house.hears()
    house.exchange.release("desk1")
    assert await house.room.next("v1") is None, "a telephone that was not picked up rests"
    await house.room.act(phone_rings, DeskMove("hnc.v1"))
    assert await house.room.next("v1") == called
    await house.passes(8)
    mine = house.seen()
    assert mine is not None
    assert mine.joined is not None


async def test_an_open_request_is_kept_its_place_taken_or_given_back(house: House) -> None:
    asked = await house.room.ask(ANA)
    await house.ring()
    await house.press("1")
    await house.until("Para anularlo, marque 3.")
    await house.press("2")
    await house.until(IN_LINE)
    assert await house.room.state(asked.ticket) == "waiting"
    # Hung up: they are rung after all, in the same place.
    house.exchange.hang(house.leg)
    await house.over()
    assert await house.room.state(asked.ticket) == "waiting"
    assert (await house.room.callback(asked.ticket)).how == "phone"
    await house.ring()
    await house.press("1")
    await house.until("Para anularlo, marque 3.")
    await house.press("3")
    await house.until("Su pedido quedó anulado.")
    assert await house.room.state(asked.ticket) == "cancelled"


async def test_who_is_on_a_campaigns_list_and_rings_in_asks_for_themselves(house: House) -> None:
    """They would wait behind everybody for it, and it is not what they ring about."""
    asked = await house.room.ask(ANA, campaign=1)
    await house.ring()
    await house.chooses_cashier()
    await house.press("1")
    await house.until("6, 5, 4")
    await house.press("1")
    await house.until("Listo: su lugar está guardado.")
    assert await house.room.state(asked.ticket) == "cancelled"
    assert sorted(await house.tickets())[1] == ("waiting", "phone")


async def test_who_took_a_requests_place_and_hangs_up_while_the_desk_rings_is_rung_in_it(
    house: House,
) -> None:
    house.exchange.hold("desk1")
    asked = await house.room.ask("+51987654301")
    await house.ring("+51987654301")
    await house.press("1")
    await house.until("Para anularlo, marque 3.")
    await house.press("2")
    await house.until(IN_LINE)
    assert await house.room.next("v1") == asked.ticket
    await house.until("Es su turno. Le estamos comunicando.")
    house.exchange.hang(house.leg)
    await house.over()
    assert await house.room.state(asked.ticket) == "waiting"
    house.exchange.release("desk1")
    assert await house.room.next("v1") == asked.ticket
    await house.room.until(asked.ticket, "serving")
    rung = [dial.to for dial in house.exchange.switchboard.dials]
    assert rung == ["desk1", "desk1", "+51987654301"]


async def test_a_withheld_number_is_typed_and_one_that_may_not_be_rung_is_refused(
    house: House,
) -> None:
    await house.ring(caller=None)
    await house.chooses_cashier()
    await house.press("1")
    await house.press("0013055551234", "#")
    await house.until("No podemos llamar a números de ese país.")
    await house.passes(2)
    await house.press("123#")
    await house.until("Ese número es demasiado corto.", within_s=2)
    await house.passes(2)
    await house.press("#")
    assert house.hears()[0].startswith("Marque el número"), "asked anew, at once"
    await house.press("99*987654301#")
    await house.until("3, 0, 1")
    await house.press("1")
    await house.until("Listo: su lugar está guardado.")


async def test_who_can_press_no_key_waits_on_the_line_and_is_spoken_with(house: House) -> None:
    site = only_first(CALLING) + '\n[callbacks]\nno_keys = "caja"\n'
    await house.room.load(site)
    await house.ring(caller=None)
    await house.until(
        "No tiene que marcar nada: cuando le toque, le atenderá una persona.", within_s=120
    )
    assert IN_LINE in house.hears()
    assert await house.tickets() == [("waiting", "phone")]
    called = await house.room.next("v1")
    assert called is not None
    await house.passes(8)
    mine = house.seen()
    assert mine is not None
    assert mine.joined is not None, "nobody was asked to press a key"


async def test_a_service_that_calls_nobody_back_cannot_be_theirs(house: House) -> None:
    with pytest.raises(Invalid) as wrong:
        await house.room.load(only_first(CALLING) + '\n[callbacks]\nno_keys = "sangre"\n')
    assert wrong.value.params["key"] == "callbacks.no_keys"


async def test_callers_without_a_number_take_nothing_from_each_other(house: House) -> None:
    await house.room.load(only_first(CALLING) + "\n[callbacks]\nsource_an_hour = 1\n")
    for n in range(3):
        await house.ring(caller=None)
        await house.chooses_cashier()
        await house.press("1")
        await house.press(f"9876543{n}1#")
        await house.until("Si es correcto, marque 1.")
        await house.press("1")
        await house.until("Listo: su lugar está guardado.")
        await house.over()


async def test_a_trembling_finger_presses_once_and_what_comes_next_is_heard(house: House) -> None:
    await house.ring()
    await house.press("1")
    await house.until(OFFER)
    for _ in range(3):
        assert house.exchange.press(house.leg, "1")
        await house.passes(0.5)
    # Pressed three times, meant once: the number is read, and nothing is asked for yet.
    assert "6, 5, 4" in house.hears()
    assert await house.tickets() == []
    await house.passes(1)
    await house.press("1")
    await house.until("Listo: su lugar está guardado.")


async def test_who_types_slowly_is_waited_for(house: House) -> None:
    await house.ring(caller=None)
    await house.chooses_cashier()
    await house.press("1")
    for digit in "98":
        await house.press(digit)
        await house.passes(8)
    await house.press("7654301#")
    await house.until("3, 0, 1")


async def test_who_begins_a_number_anew_has_as_many_keys_as_before(house: House) -> None:
    await house.ring(caller=None)
    await house.chooses_cashier()
    await house.press("1")
    await house.press(*"98765430*987654301#")
    await house.until("3, 0, 1", within_s=3)


async def test_the_same_number_five_times_is_one_callback(house: House) -> None:
    await house.ring()
    await house.chooses_cashier()
    await house.press("1")
    await house.until("6, 5, 4")
    await house.press("1")
    await house.until("Listo: su lugar está guardado.")
    await house.over()
    for _ in range(4):
        await house.ring()
        await house.press("1")
        await house.until("Ya tenemos un pedido para llamar a este número.")
        await house.press("1")
        await house.until("Su pedido queda como está. Le llamaremos cuando le toque.")
        await house.over()
    assert await house.tickets() == [("waiting", "phone")]


async def test_to_stay_on_the_line_is_offered_while_a_desk_with_a_telephone_is_at_work(
    house: House,
) -> None:
    async def offers() -> list[str]:
        await house.ring()
        await house.press("1")
        await house.until("Para guardar su lugar y que le llamemos cuando le toque, marque 1.")
        heard = house.hears()
        house.exchange.hang(house.leg)
        await house.over()
        return heard

    assert OFFER in await offers()
    for seat in ("v1", "v2"):
        await house.room.act(close_desk, CloseDesk(f"hnc.{seat}", line="keep"))
    assert OFFER not in await offers()


async def test_a_caller_who_says_nothing_loses_nothing_and_is_let_go(house: House) -> None:
    await house.ring()
    await house.over()
    assert await house.tickets() == []


async def test_after_a_callback_one_digit_says_how_it_went(house: House) -> None:
    asked = await house.room.ask("+51987654301")
    await house.room.next("v1")
    await house.passes(15)
    assert await house.room.state(asked.ticket) == "serving"
    desk = next(one for one in house.exchange.telephones() if one.number == "desk1")
    house.exchange.hang(desk.leg)
    await house.passes(10)
    assert await house.room.said(TicketRated, "answer") == [5]
    assert await house.room.said(TicketRated, "ticket") == [asked.ticket]
    assert house.exchange.telephones() == []


@pytest.mark.parametrize(
    ("called", "name"),
    [
        ("+5117001122", "Hospital del Sur"),
        ("017001122", "Hospital del Sur"),
        ("7003344", "Hospital Nacional"),
        ("5511", None),
        ("", None),
    ],
)
async def test_with_two_sites_a_number_belongs_to_the_one_that_shows_it(
    house: House, called: str, name: str | None
) -> None:
    site = only_first(CALLING)
    shows = '\n[callbacks]\nshows = "{}"\n\n[[service]]'
    await house.room.load(site.replace("\n[[service]]", shows.format("+5117003344"), 1))
    house.room.site = 2
    sur = site.replace('"hnc"', '"sur"').replace("Hospital Nacional", "Hospital del Sur")
    await house.room.load(sur.replace("\n[[service]]", shows.format("+5117001122"), 1))
    found = await LedgerActs(house.room.ledger, house.room.vault).house(called)
    assert (None if found is None else found.name) == name


async def test_the_same_number_on_the_line_twice_has_one_place(house: House) -> None:
    await house.ring()
    await house.chooses_cashier()
    await house.press("2")
    await house.until(IN_LINE)
    first = house.leg
    await house.ring()
    await house.press("1")
    await house.until("Para anularlo, marque 3.")
    await house.press("2")
    await house.until("Su pedido queda como está.")
    await house.over()
    assert await house.tickets() == [("waiting", "phone")]
    seen = house.seen(first)
    assert seen is not None
    called = await house.room.next("v1")
    assert called is not None
    await house.passes(8)
    assert await house.room.state(called) == "serving"
