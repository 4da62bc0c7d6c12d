"""What the board's addresses answer, and to whom."""

import io
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio
from PIL import Image

from tests.display.sound import opened, seconds
from tests.display.waiting_room import Room
from turnero.display.voice.chime import LENGTH_MS
from turnero.queue.commands.pictures import KeepPicture, keep
from turnero.web.pictures import tidy

pytestmark = pytest.mark.asyncio(loop_scope="session")

BEAT = {"seq": 3, "sound": "ok", "lag_ms": 200}


@pytest_asyncio.fixture(loop_scope="session")
async def http(room: Room) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=room.url) as client:
        yield client


def by(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


async def addresses(http: httpx.AsyncClient) -> dict[str, str]:
    """The addresses of the newest call's sounds."""
    text = (await http.get("/board", headers=by("hall-1"))).text
    item = text[text.rindex('<li id="call-') :]
    return {
        length: item.partition(f'data-{length}="')[2].partition('"')[0]
        for length in ("full", "brief", "bare")
    }


async def test_the_sound_of_a_call_is_its_words_and_is_kept_for_ever(
    room: Room, http: httpx.AsyncClient
) -> None:
    await room.call("v1")
    found = await addresses(http)
    answer = await http.get(found["full"], headers=by("hall-1"))
    assert answer.headers["content-type"] == "audio/wav"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert seconds(opened(answer.content)) >= LENGTH_MS / 1000


async def test_who_took_the_ticket_in_english_is_called_in_both_languages(
    room: Room, http: httpx.AsyncClient
) -> None:
    await room.call("v1", language="en")
    found = await addresses(http)
    assert len(set(found.values())) == 3
    await room.call("v1", language="es")
    found = await addresses(http)
    assert found["full"] == found["brief"] != found["bare"]


async def test_nothing_can_be_heard_that_was_not_announced(
    room: Room, http: httpx.AsyncClient
) -> None:
    for name in ("0" * 32, "hello", "..%2f..%2fstore.db"):
        answer = await http.get(f"/display/voice/{name}.wav", headers=by("hall-1"))
        assert answer.status_code == 404, name
    answer = await http.get(f"/display/voice/{'0' * 32}.wav")
    assert (answer.status_code, answer.headers["location"][:8]) == (303, "/sign-in")


async def test_a_sound_is_found_after_a_restart_too(room: Room, http: httpx.AsyncClient) -> None:
    await room.call("v1")
    found = await addresses(http)
    before = await http.get(found["bare"], headers=by("hall-1"))
    await room.stop()
    await room.start()
    after = await http.get(found["bare"], headers=by("hall-1"))
    assert after.content == before.content


async def test_a_heartbeat_is_kept_outside_the_journal(room: Room, http: httpx.AsyncClient) -> None:
    entries = len(await room.act(room.hall.entries()))
    answer = await http.post("/board/heartbeat", json=BEAT, headers=by("hall-1"))
    assert answer.status_code == 204
    state = await room.heard()
    assert state is not None
    assert (state.seq, state.sound, state.lag_ms) == (3, "ok", 200)
    assert len(await room.act(room.hall.entries())) == entries


async def test_a_wrong_heartbeat_is_refused_and_keeps_nothing(
    room: Room, http: httpx.AsyncClient
) -> None:
    wrong: list[Any] = [{"seq": "x", "sound": "ok"}, {"seq": 1, "sound": "loud"}, {"seq": 1}, []]
    for body in wrong:
        answer = await http.post("/board/heartbeat", json=body, headers=by("hall-1"))
        assert answer.status_code == 422, body
    assert await room.heard() is None


async def test_only_a_board_reports_as_a_board(room: Room, http: httpx.AsyncClient) -> None:
    for token, status in (("agent", 403), ("desk", 403), ("nowhere", 404)):
        answer = await http.post("/board/heartbeat", json=BEAT, headers=by(token))
        assert answer.status_code == status, token


async def test_a_token_without_a_place_is_the_sites_first_board(
    room: Room, http: httpx.AsyncClient
) -> None:
    assert 'data-live-arg="1/hall-1"' in (await http.get("/board", headers=by("board"))).text
    await http.post("/board/heartbeat", json=BEAT, headers=by("board"))
    assert await room.heard("hall-1") is not None


async def test_a_person_looks_at_a_board_without_making_it_sound(
    room: Room, http: httpx.AsyncClient
) -> None:
    answer = await http.get("/board?board=hall-2", headers=by("supervisor"))
    assert answer.status_code == 200
    assert 'data-voice="mute"' in answer.text
    assert 'data-report=""' in answer.text
    assert (await http.get("/board?board=x", headers=by("supervisor"))).status_code == 404
    assert (await http.get("/board?site=x", headers=by("supervisor"))).status_code == 404


async def test_another_sites_board_is_not_shown(room: Room, http: httpx.AsyncClient) -> None:
    assert (await http.get("/board?site=hnc", headers=by("stranger"))).status_code == 403


async def test_a_picture_is_shown_to_its_own_site_alone(
    room: Room, http: httpx.AsyncClient
) -> None:
    out = io.BytesIO()
    Image.new("RGB", (200, 100), "#0b5d4e").save(out, "PNG")
    made = KeepPicture(*tidy(out.getvalue()))
    await room.act(room.hall.act(keep, made))
    path = f"/display/picture/1/{made.digest}.webp"
    shown = await http.get(path, headers=by("hall-1"))
    assert (shown.status_code, shown.headers["content-type"]) == (200, "image/webp")
    assert (await http.get(path, headers=by("stranger"))).status_code == 403
    assert (await http.get(path)).status_code == 303  # to where one signs in
    other = path.replace("/1/", "/2/")
    assert (await http.get(other, headers=by("stranger"))).status_code == 404
