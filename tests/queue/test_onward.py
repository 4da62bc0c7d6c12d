"""Nobody attends the next step now: whoever ends this one says what becomes of the person."""

from collections.abc import Awaitable, Callable

import pytest

from tests.queue.clinic import WITH_PATH, left, lines_hold, steps
from tests.queue.engines import both_engines
from tests.queue.hall import Hall
from turnero.queue import requests
from turnero.queue.commands import desks, finishing, pauses
from turnero.queue.commands.calls import call_next
from turnero.queue.facts import PathChanged
from turnero.store.errors import Refused


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
async def test_a_desk_for_some_classes_only_attends_nobody_else(clinic: Hall) -> None:
    only = 'classes = ["preferential"]\nonly_classes = true\n'
    third = '[[desk]]\nkey = "v3"\nname = "3"\nprimary = ["sangre", "infecto"]\n'
    text = WITH_PATH.replace('primary = ["sangre"', only + 'primary = ["sangre"')
    await clinic.load(f"{text}\n{third}")
    ordinary, preferential = await clinic.take("caja"), await clinic.take("caja", "preferential")
    await clinic.call(ordinary)
    seen = (await clinic.desk("v1")).serving
    assert seen is not None
    assert seen.next_trouble == "no-desk"
    with pytest.raises(Refused, match="step-no-desk"):
        await clinic.finish(ordinary)
    await clinic.act(finishing.finish, requests.Finish(ordinary, onward="wait"))
    await clinic.call(preferential)
    await clinic.finish(preferential)
    assert await clinic.next("v2") == preferential
    assert await clinic.next("v3") == ordinary
