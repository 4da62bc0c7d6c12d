"""Callbacks by telephone in the administration's pages."""

from typing import Any

import pytest

from tests.admin.conftest import Room
from turnero.queue.call_settings import OwnCallSettings


async def _desk_has_a_phone(room: Room) -> None:
    form = await room.form("/admin/hnc/desks/of/v1")
    answer = await room.post("/admin/hnc/desks/save", form | {"phone": "201"})
    assert answer.status_code == 303, answer.text


async def test_a_service_offers_callbacks_and_sets_some_of_its_own(room: Room) -> None:
    await _desk_has_a_phone(room)
    form = await room.form("/admin/hnc/services/of/caja")
    typed = {"callbacks.on": "1", "callbacks.attempts": "2", "callbacks.notice": "no"}
    answer = await room.post("/admin/hnc/services/save", form | typed)
    assert answer.status_code == 303, answer.text
    (caja,) = (one for one in (await room.file()).service if one.key == "caja")
    assert caja.callbacks == OwnCallSettings(attempts=2, notice=False)
    shown = await room.form("/admin/hnc/services/of/caja")
    assert shown["callbacks.on"] == ["1"]
    assert (shown["callbacks.attempts"], shown["callbacks.notice"]) == ("2", "no")
    # Without the tick nothing is left of it, whatever the inputs below say.
    del shown["callbacks.on"]
    await room.post("/admin/hnc/services/save", shown)
    (caja,) = (one for one in (await room.file()).service if one.key == "caja")
    assert caja.callbacks is None


async def test_a_service_without_a_phone_at_its_desks_offers_none(room: Room) -> None:
    form = await room.form("/admin/hnc/services/of/infecto")
    answer = await room.post("/admin/hnc/services/save", form | {"callbacks.on": "1"})
    assert answer.status_code == 422
    assert "None of the desks that attend this service has a phone." in answer.text
    (infecto,) = (one for one in (await room.file()).service if one.key == "infecto")
    assert infecto.callbacks is None


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"weekdays": "7 to 19"}, "cannot be read"),
    ({"regions": "PE, Peru"}, "is no country"),
    ({"shows": "611 7300"}, "is no telephone number"),
    ({"attempts": "0"}, "from 1 to 9"),
    ({"ring_s": ""}, "Please fill this in."),
]


@pytest.mark.parametrize(("typed", "said"), WRONG)
async def test_what_cannot_be_is_marked_at_its_field(
    room: Room, typed: dict[str, Any], said: str
) -> None:
    before = await room.file()
    form = await room.form("/admin/hnc/callbacks")
    answer = await room.post("/admin/hnc/callbacks", form | typed)
    assert answer.status_code == 422
    (name,) = typed
    assert f'id="e-{name}"' in answer.text
    assert said in answer.text
    assert await room.file() == before


async def test_hours_countries_and_figures_are_stored(room: Room) -> None:
    form = await room.form("/admin/hnc/callbacks")
    typed = {"weekdays": "08:00-16:00", "regions": "pe, co", "attempts": "2", "left_over": "drop"}
    answer = await room.post("/admin/hnc/callbacks", form | typed)
    assert answer.status_code == 303, answer.text
    calls = (await room.file()).callbacks
    assert (calls.weekdays, calls.regions) == ("08:00-16:00", ("PE", "CO"))
    assert (calls.attempts, calls.left_over, calls.notice) == (2, "drop", True)
    assert "Callbacks by phone" in await room.text("/admin/hnc/history")


async def test_a_desks_telephone_must_be_a_name_that_no_exchange_misreads(room: Room) -> None:
    form = await room.form("/admin/hnc/desks/of/v1")
    answer = await room.post("/admin/hnc/desks/save", form | {"phone": "201,,9"})
    assert answer.status_code == 422
    assert 'id="e-phone"' in answer.text
