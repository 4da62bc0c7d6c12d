"""What is pressed at a desk: each key is one act of the line, answered by what became of it."""

import pytest

from tests.desk.conftest import Room, keys_in


async def test_next_calls_whoever_is_most_due_and_shows_them(room: Room) -> None:
    await room.open()
    first = await room.arrive(language="pt", people=3, aids=("voice",))
    await room.arrive()
    answer = await room.next()
    assert answer.status_code == 200
    shown = answer.text
    assert f'data-number="{first.number}"' in shown
    for word in ("Admission", "Português", "3 people", "Spoken guidance", "General", "Called"):
        assert word in shown
    assert f"{first.number} has waited longest" in shown


async def test_next_finishes_the_person_who_is_there(room: Room) -> None:
    await room.open()
    first, second = await room.arrive(), await room.arrive()
    await room.next()
    await room.next()
    assert (await room.ticket(first.ticket)).state == "finished"
    assert (await room.ticket(second.ticket)).state == "called"


async def test_the_same_press_twice_calls_one_person(room: Room) -> None:
    await room.open()
    await room.arrive()
    second = await room.arrive()
    for _ in range(2):
        await room.post("/desk/main.1/next", key="the-same-press", seen="")
    assert (await room.ticket(second.ticket)).state == "waiting"


async def test_a_press_about_what_is_no_longer_shown_is_refused_and_changes_nothing(
    room: Room,
) -> None:
    await room.open()
    first, second = await room.arrive(), await room.arrive()
    await room.next()
    stale = await room.post("/desk/main.1/next", seen="")
    assert stale.status_code == 409
    assert "desk-moved-on" in stale.text
    assert (await room.ticket(first.ticket)).state == "called"
    assert (await room.ticket(second.ticket)).state == "waiting"


async def test_next_with_nobody_waiting_says_so(room: Room) -> None:
    await room.open()
    answer = await room.next()
    assert "Nobody is waiting for your services now." in answer.text


async def test_start_recall_and_finish_go_through_the_life_of_a_ticket(room: Room) -> None:
    await room.open()
    issued = await room.arrive()
    await room.next()
    await room.post("/desk/main.1/move/recall", ticket=issued.ticket)
    assert "Called again 1 time" in await room.text("/desk/main.1")
    await room.post("/desk/main.1/move/start", ticket=issued.ticket)
    assert 'data-state="serving"' in await room.text("/desk/main.1")
    await room.post("/desk/main.1/finish", ticket=issued.ticket)
    assert (await room.ticket(issued.ticket)).state == "finished"
    assert 'data-state="free"' in await room.text("/desk/main.1")


async def test_a_service_that_asks_for_an_outcome_is_not_finished_without_one(room: Room) -> None:
    await room.open("main.3")
    issued = await room.arrive("laboratory")
    await room.next("main.3")
    refused = await room.next("main.3")
    assert refused.status_code == 409
    assert (await room.ticket(issued.ticket)).state == "called"
    page = await room.text("/desk/main.3")
    assert "/desk/main.3/ask/outcome?then=next" in page
    # the key says that a question comes first
    assert f"Say how {issued.number} ended" in page
    assert "and call the next" not in page
    dialog = await room.text("/desk/main.3/ask/outcome?then=next", part=True)
    for key in ("1", "2", "3", "4"):
        assert f'data-key="{key}"' in dialog
    await room.next("main.3", outcome="referred")
    assert (await room.ticket(issued.ticket)).outcome == "referred"


async def test_absent_is_closed_until_the_recalls_that_count_and_says_what_is_missing(
    room: Room,
) -> None:
    await room.open()
    issued = await room.arrive()
    page = (await room.next()).text
    assert "To mark absent, call 2 more times" in page
    assert (await room.post("/desk/main.1/move/no-show", ticket=issued.ticket)).status_code == 409
    room.wait(20)
    page = (await room.post("/desk/main.1/move/recall", ticket=issued.ticket)).text
    assert "To mark absent, call 1 more time<" in page
    room.wait(20)
    page = (await room.post("/desk/main.1/move/recall", ticket=issued.ticket)).text
    assert "To mark absent" not in page
    await room.post("/desk/main.1/move/no-show", ticket=issued.ticket)
    assert (await room.ticket(issued.ticket)).state == "no-show"


async def test_an_absent_person_who_comes_back_is_in_line_again(room: Room) -> None:
    await room.open()
    issued = await room.arrive()
    await room.next()
    for _ in range(2):
        room.wait(20)
        await room.post("/desk/main.1/move/recall", ticket=issued.ticket)
    await room.post("/desk/main.1/move/no-show", ticket=issued.ticket)
    page = await room.text("/desk/main.1")
    assert issued.number in page
    assert "Came back" in page
    await room.post("/desk/main.1/move/return", ticket=issued.ticket)
    assert (await room.ticket(issued.ticket)).state == "waiting"


async def test_who_is_set_aside_is_seen_at_all_desks_of_the_service_and_returns(
    room: Room,
) -> None:
    await room.open("main.1")
    issued = await room.arrive("cash")
    await room.next("main.1")
    await room.post("/desk/main.1/move/park", ticket=issued.ticket)
    assert f"aside-{issued.ticket}" in await room.text("/desk/main.2", "supervisor")
    await room.post("/desk/main.2/move/return", "supervisor", ticket=issued.ticket)
    assert (await room.ticket(issued.ticket)).state == "waiting"


async def test_undo_takes_the_whole_press_back_within_ten_seconds(room: Room) -> None:
    await room.open()
    first, second = await room.arrive(), await room.arrive()
    await room.next()
    page = (await room.next()).text
    assert f"Undo: {second.number} back to the line, {first.number} back to the desk" in page
    room.wait(9)
    await room.post("/desk/main.1/move/undo", ticket=second.ticket)
    assert (await room.ticket(first.ticket)).state == "called"
    assert (await room.ticket(second.ticket)).state == "waiting"


async def test_a_press_at_another_desk_is_not_undone_but_for_what_any_desk_may_do(
    room: Room,
) -> None:
    await room.open("main.1")
    issued = await room.arrive()
    await room.next("main.1")
    await room.post("/desk/main.1/move/park", ticket=issued.ticket)
    undone = await room.post("/desk/main.2/move/undo", "supervisor", ticket=issued.ticket)
    assert undone.status_code == 409
    assert (await room.ticket(issued.ticket)).state == "parked"
    await room.post("/desk/main.2/move/return", "supervisor", ticket=issued.ticket)
    await room.post("/desk/main.2/move/undo", "supervisor", ticket=issued.ticket)
    assert (await room.ticket(issued.ticket)).state == "parked"


async def test_undo_is_not_offered_when_it_is_too_late(room: Room) -> None:
    await room.open()
    issued = await room.arrive()
    await room.next()
    room.wait(11)
    assert "Undo the call" not in await room.text("/desk/main.1")
    late = await room.post("/desk/main.1/move/undo", ticket=issued.ticket)
    assert late.status_code == 409


@pytest.mark.parametrize(
    ("to", "service", "line"),
    [("service:cash", "cash", "main.2"), ("desk:main.2", "admission", "main.2")],
)
async def test_a_transfer_goes_to_a_service_or_to_one_desk(
    room: Room, to: str, service: str, line: str
) -> None:
    await room.open()
    issued = await room.arrive()
    await room.next()
    dialog = await room.text(f"/desk/main.1/ask/transfer?ticket={issued.ticket}", part=True)
    assert 'value="service:cash"' in dialog
    assert 'value="desk:main.2"' in dialog
    assert 'value="desk:main.1"' not in dialog
    await room.post("/desk/main.1/transfer", ticket=issued.ticket, to=to)
    ticket = await room.ticket(issued.ticket)
    assert (ticket.state, ticket.service) == ("waiting", service)
    assert (await room.desk(line)).queues or (await room.desk(line)).own


async def test_a_transfer_to_nowhere_is_refused(room: Room) -> None:
    await room.open()
    issued = await room.arrive()
    await room.next()
    for to in ("", "house:1", "service:nowhere", "desk:main.9"):
        answer = await room.post("/desk/main.1/transfer", ticket=issued.ticket, to=to)
        assert answer.status_code in (404, 422)
    assert (await room.ticket(issued.ticket)).state == "called"


async def test_a_call_out_of_turn_needs_a_reason_and_keeps_it(room: Room) -> None:
    await room.open()
    await room.arrive()
    second = await room.arrive()
    dialog = await room.text("/desk/main.1/ask/choose", part=True)
    assert f'value="{second.ticket}"' in dialog
    without = await room.post("/desk/main.1/call", ticket=second.ticket, reason="", seen="")
    assert without.status_code == 422
    shown = await room.post(
        "/desk/main.1/call", ticket=second.ticket, reason="Came from the emergency ward", seen=""
    )
    assert "was chosen by hand" in shown.text
    assert "Came from the emergency ward" in shown.text


async def test_a_call_out_of_turn_says_what_its_undoing_does_with_both(room: Room) -> None:
    await room.open()
    first, _, third = [await room.arrive() for _ in range(3)]
    await room.next()
    shown = await room.post(
        "/desk/main.1/call", ticket=third.ticket, reason="Came back", seen=first.ticket
    )
    words = f"{third.number} back to the line, {first.number} back to the desk"
    assert words in shown.text


async def test_somebody_set_aside_can_be_called_by_choosing(room: Room) -> None:
    await room.open()
    issued = await room.arrive()
    await room.next()
    await room.post("/desk/main.1/move/park", ticket=issued.ticket)
    dialog = await room.text("/desk/main.1/ask/choose", part=True)
    assert f'value="{issued.ticket}"' in dialog
    await room.post("/desk/main.1/call", ticket=issued.ticket, reason="Back with the paper")
    assert (await room.ticket(issued.ticket)).state == "called"


async def test_a_ticket_is_cancelled_after_asking(room: Room) -> None:
    await room.open()
    issued = await room.arrive()
    await room.next()
    dialog = await room.text(f"/desk/main.1/ask/cancel?ticket={issued.ticket}", part=True)
    assert f"Cancel ticket {issued.number}?" in dialog
    await room.post("/desk/main.1/move/cancel", ticket=issued.ticket)
    assert (await room.ticket(issued.ticket)).state == "cancelled"


async def test_every_key_of_the_page_has_its_own_idempotency_key(room: Room) -> None:
    await room.open()
    await room.arrive()
    await room.next()
    keys = keys_in(await room.text("/desk/main.1"))
    assert len(keys) >= 5
    assert len(set(keys)) == len(keys)


async def test_a_browser_without_scripts_comes_back_to_the_page(room: Room) -> None:
    await room.open()
    await room.arrive()
    answer = await room.post("/desk/main.1/next", part=False, seen="")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/desk/main.1"


@pytest.mark.parametrize(
    "path",
    ["/desk/main.1/move/explode", "/desk/main.9/next", "/desk/nowhere/next", "/desk/main.1/ask/x"],
)
async def test_what_does_not_exist_is_not_found(room: Room, path: str) -> None:
    answer = (
        await room.get(path, part=True)
        if "/ask/" in path
        else await room.post(path, ticket="0" * 32)
    )
    assert answer.status_code == 404


async def test_a_long_or_hidden_reason_is_refused_in_words(room: Room) -> None:
    await room.open()
    issued = await room.arrive()
    for reason in ("x" * 10_000, "abc\u202edef"):
        answer = await room.post("/desk/main.1/call", ticket=issued.ticket, reason=reason)
        assert answer.status_code == 422
        assert "toast" in answer.text
    assert (await room.ticket(issued.ticket)).state == "waiting"
