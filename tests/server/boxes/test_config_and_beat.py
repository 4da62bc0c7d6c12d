"""What a box is told of its site, and what it says of itself and of what it hosts."""

import json
from pathlib import Path

from tests.peers.server import SITE
from tests.server.boxes.paired import BOX, beat, device_of, pair, with_box
from turnero.server.sites import load_site
from turnero.store import devices

HOSTED = (
    BOX
    + """
[[printer]]
key = "own"
name = "Impresora"
url = "serial:///dev/ttyUSB0"
box = "entrance"
"""
)


async def test_a_box_knows_what_it_hosts_and_when_that_changes(tmp_path: Path) -> None:
    async with with_box(tmp_path / "data", HOSTED) as here:
        token = await pair(here)
        async with here.client(token) as client:
            config = (await client.get("/api/v1/box/config")).json()
            assert (config["box"], config["site_key"]) == ("entrance", "demo")
            assert [(one["kind"], one["key"]) for one in config["devices"]] == [("printer", "own")]
            assert (await beat(here, token)).json()["config"] == config["version"]
            await load_site(
                here.running.ledger, SITE + HOSTED.replace("ttyUSB0", "ttyUSB1"), actor="test"
            )
            assert (await beat(here, token)).json()["config"] != config["version"]


async def test_a_heartbeat_is_of_the_box_and_of_its_own_devices_only(tmp_path: Path) -> None:
    async with with_box(tmp_path / "data", HOSTED) as here:
        token = await pair(here)
        there = await here.running.ledger.read(devices.of_site, here.site)
        own = next(one for one in there if one.key == "own")
        others = [one for one in there if one.kind != "box" and one.key != "own"]
        assert others
        said = {str(one.id): {"answered": True} for one in (own, *others)}
        assert (await beat(here, token, seq=7, devices=said)).status_code == 200
        there = await here.running.ledger.read(devices.of_site, here.site)
        heard = {one.id: one.state for one in there if one.state is not None}
        assert json.loads(heard[own.id]) == {"answered": True}
        assert json.loads(heard[await device_of(here)])["seq"] == 7
        assert not {one.id for one in others} & heard.keys()
        for wrong in ({"x": "x" * 9_000}, "ok", [1], 5, None):
            refused = await beat(here, token, devices={str(own.id): wrong})
            assert (refused.status_code, refused.json()["code"]) == (422, "message-wrong")
