"""A path leads one ticket through several services under one number, and nothing of it is lost."""

from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import bindparam, select

from tests.queue.engines import both_engines
from tests.queue.hall import SITE, Hall
from turnero.queue import reads, requests, tables
from turnero.queue.commands import by_hand, desks, finishing, paths, pauses
from turnero.queue.commands.calls import call_next
from turnero.queue.facts import (
    PathChanged,
    PressUndone,
    ServiceFinished,
    TicketIssued,
    TicketSentOn,
)
from turnero.store import journal
from turnero.store.errors import Refused
from turnero.store.sql import Statement

#: cash → blood test → room 4; whoever is sent to the emergency takes a new place
WITH_PATH = (
    SITE.replace('prefix = "C"\n', 'prefix = "C"\npath = ["sangre", "infecto"]\n')
    .replace('prefix = "S"\n', 'prefix = "S"\nwhere = { es = "2.º piso" }\n')
    .replace("all_day = true\n", "all_day = true\nanew = true\n")
    .replace('overflow = ["sangre"]\n', "")
)
_STEPS = Statement(
    select(
        tables.service.c.key,
        tables.ticket_step.c.end,
        tables.ticket_step.c.waited_ms,
        tables.desk.c.key.label("desk"),
        tables.ticket_step.c.no,
    )
    .select_from(
        tables.ticket_step.join(
            tables.service, tables.service.c.id == tables.ticket_step.c.service
        ).outerjoin(tables.desk, tables.desk.c.id == tables.ticket_step.c.desk)
    )
    .where(tables.ticket_step.c.ticket == bindparam("ticket"))
    .order_by(tables.ticket_step.c.no)
)
_PLACE = Statement(
    select(tables.ticket.c.rank_ms, tables.ticket.c.rank_seq, tables.ticket.c.path).where(
        tables.ticket.c.id == bindparam("ticket")
    )
)


@pytest.fixture
async def clinic(hall: Hall) -> Hall:
    """The hall with a path, both desks at work."""
    await hall.load(WITH_PATH)
    await hall.open("v1")
    await hall.open("v2")
    return hall


async def steps(hall: Hall, ticket: str) -> list[tuple[str, str, int]]:
    """What is behind a ticket: service, how it ended, seconds waited."""
    rows = await hall.rows(_STEPS, ticket=ticket)
    return [(row.key, row.end, row.waited_ms // 1000) for row in rows]


async def left(hall: Hall, ticket: str) -> str | None:
    """The services still to come, as kept."""
    (row,) = await hall.rows(_PLACE, ticket=ticket)
    path: str | None = row.path
    return path


async def place(hall: Hall, ticket: str) -> tuple[int, int]:
    """Its place in line."""
    (row,) = await hall.rows(_PLACE, ticket=ticket)
    return row.rank_ms, row.rank_seq


async def lines_hold(hall: Hall) -> None:
    """Each line counts exactly those who wait in it, and the journal's chain holds."""
    counts = Statement(select(tables.line.c.id, tables.line.c.count))
    waiting = Statement(select(tables.ticket.c.line).where(tables.ticket.c.state == "waiting"))
    standing = [row.line for row in await hall.rows(waiting)]
    assert {row.id: row.count for row in await hall.rows(counts)} == {
        row.id: standing.count(row.id) for row in await hall.rows(counts)
    }
    assert (await hall.read(journal.verify, hall.site, hall.ledger.key)).broken_at is None


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


async def close(hall: Hall) -> None:
    """The desk of the next step goes home."""
    await hall.act(desks.close_desk, requests.CloseDesk("hnc.v2", line="keep"))


async def pause(hall: Hall) -> None:
    """The next step gives no more tickets."""
    await hall.act(pauses.pause_service, requests.PauseService("sangre"))


async def shut(hall: Hall) -> None:
    """It is one o'clock: the next step's hours are over."""
    hall.wait(4.5 * 3600)


async def retire(hall: Hall) -> None:
    """The next step is described no more."""
    text = WITH_PATH.replace('path = ["sangre", "infecto"]', "")
    start = text.index('[[service]]\nkey = "sangre"')
    end = text.index('[[service]]\nkey = "infecto"')
    text = text[:start] + text[end:]
    text = text.replace('"sangre", ', "")
    await hall.load(text)


@pytest.mark.parametrize(
    ("happens", "code"),
    [
        (close, "step-no-desk"),
        (pause, "step-paused"),
        (shut, "step-closed"),
        (retire, "step-gone"),
    ],
)
async def test_where_nobody_attends_the_next_step_whoever_ends_this_one_decides(
    clinic: Hall, happens: Callable[[Hall], Awaitable[None]], code: str
) -> None:
    ticket = await clinic.take("caja")
    await clinic.next("v1")
    await happens(clinic)
    for command, request in (
        (finishing.finish, requests.Finish(ticket)),
        (call_next, requests.Next("hnc.v1")),
    ):
        with pytest.raises(Refused) as refused:
            await clinic.act(command, request)
        assert refused.value.code == code
        assert refused.value.params["service"] == "sangre"
    assert await clinic.state(ticket) == "called"
    wait = requests.Finish(ticket, onward="wait")
    if code == "step-gone":
        with pytest.raises(Refused, match="step-gone"):
            await clinic.act(finishing.finish, wait)
    else:
        assert (await clinic.act(finishing.finish, wait)).state == "waiting"
        await clinic.move("undo", ticket)
    await clinic.act(finishing.finish, requests.Finish(ticket, onward="end"))
    assert (await clinic.state(ticket), await left(clinic, ticket)) == ("finished", "[]")
    await lines_hold(clinic)


async def test_a_step_that_is_left_out_because_nobody_attends_it_is_told(clinic: Hall) -> None:
    ticket = await clinic.take("caja")
    await clinic.next("v1")
    await pause(clinic)
    asked = requests.Next("hnc.v1", onward="skip")
    assert (await clinic.act(call_next, asked)).finished == ticket
    assert (await clinic.ticket(ticket)).service == "infecto"
    assert [(key, end) for key, end, _ in await steps(clinic, ticket)] == [
        ("caja", "done"),
        ("sangre", "skipped"),
    ]
    (changed,) = await clinic.facts(PathChanged)
    assert (changed.how, changed.step, changed.left) == ("skipped", "sangre", ("infecto",))
    await clinic.move("undo", ticket)
    assert await steps(clinic, ticket) == []
    assert await left(clinic, ticket) == '["sangre","infecto"]'


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


async def test_a_desk_is_told_before_that_nobody_attends_the_next_step(clinic: Hall) -> None:
    await clinic.take("caja")
    await clinic.next("v1")
    await clinic.act(desks.pause_desk, requests.PauseDesk("hnc.v2", "refrigerio"))
    seen = (await clinic.desk("v1")).serving
    assert seen is not None
    assert seen.next_trouble is None  # on a break: it comes back
    await clinic.act(desks.resume_desk, requests.DeskMove("hnc.v2"))
    await close(clinic)
    seen = (await clinic.desk("v1")).serving
    assert seen is not None
    assert seen.next_trouble == "no-desk"


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
