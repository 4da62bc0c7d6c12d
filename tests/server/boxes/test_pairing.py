"""A box is let in by somebody who sees its code, gets one token at a time, and loses it."""

from pathlib import Path

import pytest

from tests.server.boxes.paired import (
    FINGERPRINT,
    administrator,
    approve,
    ask,
    beat,
    device_of,
    pair,
    poll,
    send,
    with_box,
)
from turnero.server.boxes.commands import MOST, OPEN_MS
from turnero.store.clock import VirtualClock


async def test_a_box_waits_until_an_administrator_lets_it_in(tmp_path: Path) -> None:
    async with with_box(tmp_path / "data") as here:
        asked = await ask(here)
        assert (await poll(here, asked["secret"])) == {"state": "waiting"}
        async with administrator(here) as client:
            page = (await client.get(asked["url"].removeprefix("https://127.0.0.1:8400"))).text
        assert FINGERPRINT in page
        assert "the one you scanned" in page
        assert (await approve(here, asked["code"], await device_of(here))).status_code == 303
        got = await poll(here, asked["secret"])
        assert (got["state"], got["site"], got["box"]) == ("approved", "demo", "entrance")
        assert (await beat(here, got["token"])).status_code == 200


async def test_the_answer_with_the_token_may_be_lost(tmp_path: Path) -> None:
    async with with_box(tmp_path / "data") as here:
        asked = await ask(here)
        await approve(here, asked["code"], await device_of(here))
        lost = (await poll(here, asked["secret"]))["token"]
        token = (await poll(here, asked["secret"]))["token"]
        assert (await beat(here, lost)).status_code == 401, "only the newest was handed to the box"
        assert (await beat(here, token)).status_code == 200
        assert (await poll(here, asked["secret"])) == {"state": "expired"}, "it was used"


async def test_a_code_is_answered_once_and_for_ten_minutes(tmp_path: Path) -> None:
    clock = VirtualClock(1_800_000_000_000)
    async with with_box(tmp_path / "data", clock=clock) as here:
        device = await device_of(here)
        asked = await ask(here)
        async with administrator(here) as client:
            await send(client, "/boxes/refuse", code=asked["code"])
        assert (await poll(here, asked["secret"])) == {"state": "refused"}
        assert (await approve(here, asked["code"], device)).status_code == 409
        late = await ask(here)
        clock.advance(OPEN_MS + 1000)
        assert (await poll(here, late["secret"])) == {"state": "expired"}
        assert (await approve(here, late["code"], device)).status_code == 404


async def test_another_box_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    async with with_box(tmp_path / "data") as here:
        first = await pair(here)
        assert (await beat(here, first)).status_code == 200
        second = await pair(here, "aaaa bbbb")
        assert (await beat(here, first)).status_code == 401, "one machine is this box, not two"
        assert (await beat(here, second)).status_code == 200


async def test_whoever_was_let_in_as_a_box_before_gets_no_token_once_another_is(
    tmp_path: Path,
) -> None:
    async with with_box(tmp_path / "data") as here:
        device = await device_of(here)
        stranger, wanted = await ask(here), await ask(here)  # it copied what the screen shows
        await approve(here, stranger["code"], device)
        await approve(here, wanted["code"], device)
        token = (await poll(here, wanted["secret"]))["token"]
        assert "token" not in await poll(here, stranger["secret"])
        assert (await beat(here, token)).status_code == 200


async def test_a_ward_full_of_boxes_behind_one_address_is_let_in_at_the_same_time(
    tmp_path: Path,
) -> None:
    async with with_box(tmp_path / "data") as here:
        asked = [await ask(here) for _ in range(6)]
        for _ in range(40):
            for one in asked:
                assert (await poll(here, one["secret"])) == {"state": "waiting"}


async def test_one_address_can_neither_fill_the_list_nor_try_secrets(tmp_path: Path) -> None:
    async with with_box(tmp_path / "data") as here, here.client(address="10.0.0.1") as client:
        said = {"fingerprint": "x", "version": "1"}
        answers = [await client.post("/api/v1/box/pair", json=said) for _ in range(MOST)]
        assert sum(one.is_success for one in answers) < MOST // 2
        assert answers[-1].status_code == 429
        tried = [
            await client.post("/api/v1/box/pair/poll", json={"secret": str(n)}) for n in range(100)
        ]
        assert tried[0].json() == {"state": "expired"}
        assert tried[-1].status_code == 429
        # and whoever does keeps no box at that address from being let in
        asked = {"secret": answers[0].json()["secret"]}
        assert (await client.post("/api/v1/box/pair/poll", json=asked)).json()["state"] == "waiting"


async def test_a_new_key_is_the_only_one_from_its_first_use(tmp_path: Path) -> None:
    async with with_box(tmp_path / "data") as here:
        token = await pair(here)
        await beat(here, token)
        device = await device_of(here)
        async with administrator(here) as client:
            await send(client, f"/boxes/{device}/roll")
        lost = (await beat(here, token)).json()["token"]
        again = (await beat(here, token)).json()["token"]
        assert again != lost
        assert (await beat(here, lost)).status_code == 401
        assert "token" not in (await beat(here, again)).json()
        assert (await beat(here, token)).status_code == 401
        assert (await beat(here, again)).status_code == 200


async def test_a_revoked_box_may_do_nothing(tmp_path: Path) -> None:
    async with with_box(tmp_path / "data") as here:
        token = await pair(here)
        await beat(here, token)
        async with administrator(here) as client:
            await send(client, f"/boxes/{await device_of(here)}/revoke")
        assert (await beat(here, token)).status_code == 401
        async with here.client(token) as client:
            assert (await client.get("/api/v1/box/config")).status_code == 401


async def test_no_more_than_so_many_ask_at_once(tmp_path: Path) -> None:
    async with with_box(tmp_path / "data") as here:
        said = {"fingerprint": "x", "version": "1"}
        for n in range(MOST):
            async with here.client(address=f"10.0.0.{n}") as client:
                assert (await client.post("/api/v1/box/pair", json=said)).status_code == 200
        async with here.client(address="10.0.1.1") as client:
            answer = await client.post("/api/v1/box/pair", json=said)
        assert (answer.status_code, answer.json()["code"]) == (503, "pairing-busy")


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b'{"fingerprint": 1}', b"\xff", b'{"fingerprint":"' + b"x" * 300]
)
async def test_a_message_that_cannot_be_read_is_refused(tmp_path: Path, body: bytes) -> None:
    async with with_box(tmp_path / "data") as here, here.client() as client:
        answer = await client.post("/api/v1/box/pair", content=body)
        assert (answer.status_code, answer.json()["code"]) == (422, "message-wrong")
