"""A path leads one ticket through several services under one number, and nothing of it is lost."""

from collections.abc import Callable

import pytest

from tests.queue.clinic import WITH_PATH, left, lines_hold, place, steps
from tests.queue.engines import both_engines
from tests.queue.hall import Hall
from turnero.queue import reads, requests
from turnero.queue.commands import by_hand, finishing, paths
from turnero.queue.facts import (
    PathChanged,
    PressUndone,
    ServiceFinished,
    TicketIssued,
    TicketSentOn,
)
from turnero.store.errors import Refused


@both_engines
async def test_a_ticket_goes_on_under_its_number_with_the_place_of_its_first_arrival(
    clinic: Hall,
) -> None:
    ticket = await clinic.take("caja")
    clinic.wait(60)
    later = await clinic.take("sangre")
    first = await place(clinic, ticket)
    assert (await clinic.facts(TicketIssued))[0].path == ("sangre", "infecto")
    assert await clinic.next("v1") == ticket
    clinic.wait(120)
    number = (await clinic.ticket(ticket)).number
    await clinic.finish(ticket)
    view = await clinic.ticket(ticket)
    assert (view.state, view.service, view.number) == ("waiting", "sangre", number)
    assert await place(clinic, ticket) == first
    assert (await clinic.desk("v1")).serving is None
    (sent,) = await clinic.facts(TicketSentOn)
    assert (sent.origin, sent.service, sent.step, sent.left) == ("caja", "sangre", 2, ("infecto",))
    clinic.wait(30)
    assert await clinic.next("v2") == ticket  # came before who came to the laboratory
    assert await clinic.next("v2") == ticket  # this desk serves room 4 too
    assert await clinic.state(later) == "waiting"
    await clinic.finish(ticket, "attended")
    assert await clinic.state(ticket) == "finished"
    assert await steps(clinic, ticket) == [("caja", "done", 60), ("sangre", "done", 30)]
    assert len(await clinic.facts(ServiceFinished)) == 3
    await lines_hold(clinic)


async def test_who_is_sent_where_places_are_new_waits_behind_who_is_there(hall: Hall) -> None:
    await hall.load(
        WITH_PATH.replace('path = ["sangre", "infecto"]', 'path = ["urgencia"]').replace(
            'primary = ["caja", "urgencia"]', 'primary = ["caja"]\noverflow = ["urgencia"]'
        )
    )
    await hall.open("v1")
    ticket = await hall.take("caja")
    hall.wait(5)
    other = await hall.take("urgencia")
    await hall.next("v1")
    assert await hall.next("v1") == other
    assert await place(hall, ticket) > await place(hall, other)
    third = await hall.take("sangre")
    hall.wait(5)
    fourth = await hall.take("urgencia")
    await hall.transfer(third, service="urgencia")
    assert await place(hall, third) > await place(hall, fourth)


async def test_a_service_without_a_path_ends_as_ever(clinic: Hall) -> None:
    ticket = await clinic.take("urgencia")
    await clinic.next("v1")
    await clinic.finish(ticket)
    assert (await clinic.state(ticket), await left(clinic, ticket)) == ("finished", None)
    assert await steps(clinic, ticket) == []


@both_engines
async def test_an_undone_end_of_a_step_leaves_no_trace_of_the_next(clinic: Hall) -> None:
    ticket = await clinic.take("caja")
    other = await clinic.take("caja")
    await clinic.next("v1")
    clinic.wait(40)
    await clinic.next("v1")
    assert (await clinic.state(ticket), await clinic.state(other)) == ("waiting", "called")
    await clinic.move("undo", other)
    view = await clinic.desk("v1")
    assert view.serving is not None
    assert view.serving.ticket == ticket
    assert (await clinic.ticket(ticket)).service == "caja"
    (undone,) = await clinic.facts(PressUndone)
    assert [(one.service, one.left) for one in undone.tickets] == [
        ("caja", "sangre"),
        ("caja", None),
    ]
    assert await left(clinic, ticket) == '["sangre","infecto"]'
    assert await steps(clinic, ticket) == []
    assert await clinic.state(other) == "waiting"
    await lines_hold(clinic)
    await clinic.finish(ticket)
    assert await steps(clinic, ticket) == [("caja", "done", 0)]


async def test_a_desk_that_serves_both_steps_takes_both_back_at_once(clinic: Hall) -> None:
    ticket = await clinic.take("sangre")
    await clinic.act(paths.add, requests.AddStep(ticket, "infecto"))
    clinic.wait(11)
    await clinic.next("v2")
    clinic.wait(11)
    await clinic.next("v2")
    view = await clinic.ticket(ticket)
    assert (view.state, view.service) == ("called", "infecto")
    await clinic.move("undo", ticket)
    view = await clinic.ticket(ticket)
    assert (view.state, view.service) == ("called", "sangre")
    assert await steps(clinic, ticket) == []
    await lines_hold(clinic)


async def test_the_end_of_a_step_is_not_undone_once_the_next_one_called(clinic: Hall) -> None:
    ticket = await clinic.take("caja")
    await clinic.next("v1")
    await clinic.finish(ticket)
    assert await clinic.next("v2") == ticket
    await clinic.move("undo", ticket)
    assert (await clinic.state(ticket), await steps(clinic, ticket)) == (
        "waiting",
        [("caja", "done", 0)],
    )
    with pytest.raises(Refused, match="undo-touched"):
        await clinic.move("undo", ticket)


@both_engines
async def test_steps_are_left_out_repeated_and_added_and_each_is_undone(clinic: Hall) -> None:
    ticket = await clinic.take("caja")
    await clinic.next("v1")
    changes: list[tuple[Callable[..., object], object, str]] = [
        (paths.skip, requests.SkipStep(ticket, "sangre"), '["infecto"]'),
        (paths.add, requests.AddStep(ticket), '["caja","sangre","infecto"]'),
        (paths.add, requests.AddStep(ticket, "citas"), '["citas","sangre","infecto"]'),
        (paths.add, requests.AddStep(ticket, "citas", last=True), '["sangre","infecto","citas"]'),
    ]
    for command, request, then in changes:
        await clinic.act(command, request)
        assert await left(clinic, ticket) == then
        assert await clinic.state(ticket) == "called"
        await clinic.move("undo", ticket)
        assert await left(clinic, ticket) == '["sangre","infecto"]'
        assert await steps(clinic, ticket) == []
    assert [fact.how for fact in await clinic.facts(PathChanged)] == [
        "skipped", "repeated", "added", "added",
    ]  # fmt: skip


async def test_the_present_step_can_be_left_out_from_a_desk_or_in_line(clinic: Hall) -> None:
    ticket = await clinic.take("caja")
    await clinic.next("v1")
    clinic.wait(100)
    moved = await clinic.act(paths.skip, requests.SkipStep(ticket))
    assert moved.state == "waiting"
    assert (await clinic.desk("v1")).serving is None
    clinic.wait(50)
    await clinic.act(paths.skip, requests.SkipStep(ticket, "sangre"))
    assert (await clinic.ticket(ticket)).service == "infecto"
    assert await steps(clinic, ticket) == [("caja", "skipped", 0), ("sangre", "skipped", 50)]
    assert await clinic.facts(ServiceFinished) == []
    with pytest.raises(Refused, match="path-over"):
        await clinic.act(paths.skip, requests.SkipStep(ticket))
    await clinic.move("undo", ticket)
    assert await steps(clinic, ticket) == [("caja", "skipped", 0)]
    await lines_hold(clinic)


async def test_what_makes_no_path_is_refused(clinic: Hall) -> None:
    ticket = await clinic.take("caja")
    refused: list[tuple[Callable[..., object], object, str]] = [
        (paths.skip, requests.SkipStep(ticket, "citas"), "path-not-there"),
        (paths.add, requests.AddStep(ticket, "sangre"), "path-has-step"),
        (paths.add, requests.AddStep(ticket, "nada"), "service-unknown"),
        (paths.add, requests.AddStep(ticket, "lab"), "service-is-group"),
        (finishing.finish, requests.Finish(ticket, onward="fly"), "move-illegal"),
    ]
    for command, request, code in refused:
        with pytest.raises(Refused) as raised:
            await clinic.act(command, request)
        assert raised.value.code == code
    await clinic.next("v1")
    with pytest.raises(Refused, match="onward-unknown"):
        await clinic.act(finishing.finish, requests.Finish(ticket, onward="fly"))


async def test_the_day_closes_in_the_middle_of_a_path(clinic: Hall) -> None:
    ticket, other = await clinic.take("caja"), await clinic.take("caja")
    await clinic.next("v1")
    await clinic.next("v1")
    done = await clinic.close_day()
    assert (done.not_served, await clinic.state(ticket)) == (1, "not-served")
    await clinic.finish(other)  # who is at a desk goes on
    assert await clinic.state(other) == "waiting"
    await lines_hold(clinic)


async def test_who_leaves_in_the_middle_is_cancelled_with_what_is_behind_them(clinic: Hall) -> None:
    ticket = await clinic.take("caja")
    await clinic.next("v1")
    await clinic.finish(ticket)
    await clinic.move("cancel", ticket)
    assert await clinic.state(ticket) == "cancelled"
    assert await steps(clinic, ticket) == [("caja", "done", 0)]
    await clinic.move("undo", ticket)
    assert await clinic.next("v2") == ticket


async def test_who_missed_a_call_may_come_back_once_at_each_step(clinic: Hall) -> None:
    ticket = await clinic.take("caja")
    await clinic.next("v1")
    await clinic.no_show(ticket)
    await clinic.move("return", ticket)
    await clinic.next("v1")
    await clinic.finish(ticket)
    await clinic.next("v2")
    await clinic.no_show(ticket)
    await clinic.move("return", ticket)
    assert (await clinic.ticket(ticket)).service == "sangre"
    clinic.wait(10)
    assert await clinic.next("v2") == ticket
    await clinic.no_show(ticket)
    with pytest.raises(Refused, match="return-used"):
        await clinic.move("return", ticket)
    await clinic.fire_timers()


async def test_a_transfer_in_the_middle_keeps_the_rest_of_the_path(clinic: Hall) -> None:
    ticket = await clinic.take("caja")
    clinic.wait(20)
    await clinic.next("v1")
    await clinic.transfer(ticket, service="urgencia")
    assert await left(clinic, ticket) == '["sangre","infecto"]'
    clinic.wait(30)
    await clinic.transfer(ticket, service="infecto")  # goes there now, so not again
    assert await left(clinic, ticket) == '["sangre"]'
    clinic.wait(40)
    assert await clinic.next("v2") == ticket
    await clinic.finish(ticket, "referred")
    assert (await clinic.ticket(ticket)).service == "sangre"
    assert await steps(clinic, ticket) == [("caja", "sent", 20), ("infecto", "done", 70)]


async def test_who_is_transferred_to_a_service_with_a_path_goes_through_it(clinic: Hall) -> None:
    ticket = await clinic.take("citas")
    await clinic.transfer(ticket, service="caja")
    assert await left(clinic, ticket) == '["sangre","infecto"]'
    mistaken = await clinic.take("caja")
    await clinic.correct(mistaken, service="urgencia")
    assert await left(clinic, mistaken) is None
    await clinic.next("v1")
    await clinic.finish(ticket)
    await clinic.correct(ticket, service="infecto")  # only this step is put right
    assert await left(clinic, ticket) == "[]"


async def test_a_step_attended_by_hand_goes_on_to_the_next(clinic: Hall) -> None:
    ticket = await clinic.take("caja")
    number = (await clinic.ticket(ticket)).number
    clinic.wait(600)
    for service, desk, state in (
        ("caja", "v1", "waiting"),
        ("sangre", "v2", "waiting"),
        ("infecto", "v2", "finished"),
    ):
        now = clinic.clock.now_ms()
        call = requests.HandCall(number, service, f"hnc.{desk}", now - 300_000, now)
        assert (await clinic.act(by_hand.enter, call)).state == state
    assert [(key, end) for key, end, _ in await steps(clinic, ticket)] == [
        ("caja", "done"),
        ("sangre", "done"),
    ]
    await lines_hold(clinic)


async def test_a_visit_is_rated_once_at_its_end(clinic: Hall) -> None:
    ticket = await clinic.take("caja")
    await clinic.next("v1")
    with pytest.raises(Refused, match="path-not-over"):
        await clinic.rate(ticket)
    await clinic.act(finishing.finish, requests.Finish(ticket, onward="end"))
    await clinic.rate(ticket)
    with pytest.raises(Refused, match="already-rated"):
        await clinic.rate(ticket)


async def test_a_step_left_out_is_told_where_it_would_have_been(clinic: Hall) -> None:
    ticket = await clinic.take("caja")
    clinic.wait(60)
    await clinic.next("v1")
    await clinic.act(paths.skip, requests.SkipStep(ticket, "sangre"))

    async def seen() -> list[tuple[str, str]]:
        return [(one.service, one.state) for one in (await clinic.ticket(ticket)).path]

    assert await seen() == [("caja", "now"), ("sangre", "skipped"), ("infecto", "next")]
    clinic.wait(60)
    await clinic.act(finishing.finish, requests.Finish(ticket, onward="end"))
    assert await seen() == [("caja", "done"), ("sangre", "skipped"), ("infecto", "skipped")]


async def test_the_person_sees_the_way_and_the_desk_sees_it_too(clinic: Hall) -> None:
    ticket = await clinic.take("caja")
    clinic.wait(90)
    await clinic.next("v1")
    seen = (await clinic.desk("v1")).serving
    assert seen is not None
    assert seen.next_trouble is None
    assert [(one.names["es"], one.state) for one in seen.path] == [
        ("Caja", "now"),
        ("Toma de sangre", "next"),
        ("VIH", "next"),
    ]
    await clinic.finish(ticket)
    clinic.wait(60)
    view = await clinic.ticket(ticket)
    # never the name of a service that nobody should be seen waiting for
    assert [(one.names["es"], one.state, one.waited_ms // 1000) for one in view.path] == [
        ("Caja", "done", 90),
        ("Toma de sangre", "now", 60),
        ("Consultorio 4", "next", 0),
    ]
    assert view.path[1].where == {"es": "2.º piso"}
    assert view.path[0].desk == "hnc.v1"
    assert view.waited_ms == 150_000
    plain = await clinic.take("urgencia")
    assert (await clinic.ticket(plain)).path == ()


@both_engines
async def test_a_call_stays_on_the_board_when_its_ticket_has_gone_on(clinic: Hall) -> None:
    ticket = await clinic.take("caja")
    await clinic.next("v1")

    async def calls() -> list[tuple[str, str, bool]]:
        board = await clinic.read(reads.board, clinic.site, None, clinic.clock.line_ms())
        assert board is not None
        return [(one.number, one.desk, one.in_force) for one in board.recent]

    assert await calls() == [("C001", "Ventanilla 1", True)]
    await clinic.finish(ticket)
    assert await calls() == [("C001", "Ventanilla 1", False)]
    await clinic.next("v2")
    assert await calls() == [("C001", "Ventanilla 2", True), ("C001", "Ventanilla 1", False)]
    await clinic.transfer(ticket, service="urgencia")
    await clinic.move("undo", ticket)
    assert await calls() == [("C001", "Ventanilla 2", True), ("C001", "Ventanilla 1", False)]
