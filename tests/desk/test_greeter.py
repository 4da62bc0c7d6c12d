"""The greeter's tablet: a ticket in one touch with its class, taken back within ten seconds."""

import re

from tests.desk.conftest import HOST, Room, keys_in
from turnero.store import journal


def ticket_in(html: str) -> str:
    """The ticket whose card this is."""
    found = re.search(r'data-live="greeter-ticket" data-live-arg="(\w+)"', html)
    assert found is not None, html
    return found[1]


async def test_one_touch_gives_a_ticket_of_the_usual_class(room: Room) -> None:
    answer = await room.post("/greeter/1/issue", "greeter", service="cash")
    assert answer.status_code == 200
    assert "C001" in answer.text
    assert "Nobody ahead" in answer.text


async def test_class_language_and_people_go_with_the_ticket(room: Room) -> None:
    answer = await room.post(
        "/greeter/1/issue",
        "greeter",
        service="cash",
        attention="preferential",
        language="pt",
        people="4",
    )
    for word in ("Priority", "Português", "4 people"):
        assert word in answer.text


async def test_the_answer_brings_the_key_of_the_next_ticket(room: Room) -> None:
    page = await room.text("/greeter", "greeter")
    first = keys_in(page)[0]
    answer = await room.post("/greeter/1/issue", "greeter", key=first, service="cash")
    again = await room.post("/greeter/1/issue", "greeter", key=first, service="cash")
    assert "C001" in again.text
    following = keys_in(answer.text)[0]
    assert following != first
    other = await room.post("/greeter/1/issue", "greeter", key=following, service="cash")
    assert "C002" in other.text


async def test_the_class_is_in_the_same_touch_as_the_service(room: Room) -> None:
    page = await room.text("/greeter", "greeter")
    assert 'name="take" value="cash/preferential"' in page
    answer = await room.post("/greeter/1/issue", "greeter", take="cash/preferential")
    assert "C001" in answer.text
    assert "Priority" in answer.text


async def test_classes_that_only_clinicians_give_are_not_offered(room: Room) -> None:
    page = await room.text("/greeter", "greeter")
    offered = set(re.findall(r'name="take" value="cash/([^"]+)"', page))
    assert offered == {"preferential"}


async def test_a_ticket_given_by_mistake_is_taken_back_within_ten_seconds(room: Room) -> None:
    answer = await room.post("/greeter/1/issue", "greeter", service="cash")
    assert "Take C001 back" in answer.text
    ticket = ticket_in(answer.text)
    room.wait(9)
    taken_back = await room.post(f"/greeter/tickets/{ticket}/take-back", "greeter")
    assert "Cancelled" in taken_back.text
    assert (await room.ticket(ticket)).state == "cancelled"


async def test_after_ten_seconds_it_is_not_taken_back_without_asking(room: Room) -> None:
    ticket = ticket_in((await room.post("/greeter/1/issue", "greeter", service="cash")).text)
    room.wait(11)
    late = await room.post(f"/greeter/tickets/{ticket}/take-back", "greeter")
    assert late.status_code == 409
    assert (await room.ticket(ticket)).state == "waiting"


async def test_a_ticket_called_meanwhile_is_not_taken_back(room: Room) -> None:
    ticket = ticket_in((await room.post("/greeter/1/issue", "greeter", service="admission")).text)
    await room.open()
    await room.next()
    touched = await room.post(f"/greeter/tickets/{ticket}/take-back", "greeter")
    assert touched.status_code == 409
    assert (await room.ticket(ticket)).state == "called"


async def test_another_sites_greeter_finds_nothing(room: Room) -> None:
    issued = await room.arrive()
    assert (
        await room.post(f"/greeter/tickets/{issued.ticket}/cancel", "stranger")
    ).status_code in (403, 404)
    assert (await room.post("/greeter/1/find", "stranger", text="A001")).status_code == 403


async def test_a_greeter_does_not_press_the_desks_keys(room: Room) -> None:
    assert (await room.post("/desk/main.1/next", "greeter", seen="")).status_code == 403


async def test_in_a_browser_that_is_a_kiosk_too_it_is_the_person_who_gives_the_ticket(
    room: Room,
) -> None:
    both = {"cookie": "turnero_kiosk=kiosk; turnero_user=greeter", "origin": HOST}
    fields = {"idempotency_key": "press-by-both", "service": "cash"}
    answer = await room.client.post("/greeter/1/issue", data=fields, headers=both)
    assert answer.status_code == 200
    *_, issued = await room.ledger.read(journal.read, 1, 0, 1000)
    assert (issued.kind, issued.actor) == ("ticket-issued", "user:greeter")


async def test_a_ticket_opened_by_its_own_address_lies_on_the_greeters_page(room: Room) -> None:
    issued = await room.arrive()
    answer = await room.get(f"/greeter/tickets/{issued.ticket}", "greeter")
    assert answer.status_code == 303
    page = await room.text(answer.headers["location"], "greeter")
    assert "<html" in page
    assert f'data-live-arg="{issued.ticket}"' in page
