"""LED signs in the administration's pages and in a site's file."""

from typing import Any

import pytest

from tests.admin.conftest import Room, fields_in
from turnero.queue.site_breaches import Breach
from turnero.queue.site_out import encode
from turnero.server.sites import decode

SIGN = {"name": "Letrero", "url": "virtual:", "protocol": "ditel"}


async def made(room: Room, **typed: str) -> str:
    """Make a sign; the description as text."""
    form = await room.form("/admin/hnc/signs/new")
    answer = await room.post("/admin/hnc/signs/save", form | SIGN | typed)
    assert answer.status_code == 303, answer.text
    return encode(await room.file())


async def test_a_sign_is_made_changed_and_stored_as_it_stands(room: Room) -> None:
    text = await made(room)
    assert '[[sign]]\nkey = "letrero"\nname = "Letrero"\nurl = "virtual:"' in text
    form = await room.form("/admin/hnc/signs/of/letrero")
    assert (await room.post("/admin/hnc/signs/save", form)).status_code == 303
    assert encode(await room.file()) == text
    typed = {
        "desk": "v1",
        "protocol": "modbus-ditel",
        "url": "tcp://10.0.0.7",
        "address": "12",
        "width": "4",
        "idle": "----",
        "arrows.Ventanilla 1": "right",
    }
    await room.post("/admin/hnc/signs/save", await room.form("/admin/hnc/signs/of/letrero") | typed)
    (sign,) = (await room.file()).sign
    assert (sign.desk, sign.protocol, sign.url) == ("v1", "modbus-ditel", "tcp://10.0.0.7")
    assert (sign.address, sign.width, sign.idle) == (12, 4, "----")
    assert sign.arrows == {"Ventanilla 1": "right"}
    assert decode(encode(await room.file())) == await room.file()


async def test_a_desk_that_is_taken_out_is_no_signs_desk_any_more(room: Room) -> None:
    form = await room.form("/admin/hnc/desks/new")
    await room.post(
        "/admin/hnc/desks/save", form | {"name": "Ventanilla 9", "serves.caja": "primary"}
    )
    await made(room, desk="9")
    page = await room.form("/admin/hnc/desks")
    answer = await room.post("/admin/hnc/desks/act", page | {"item": "9", "act": "remove"})
    assert answer.status_code == 303, answer.text
    assert (await room.file()).sign[0].desk is None


@pytest.mark.parametrize(
    ("typed", "marked", "said"),
    [
        ({"url": "lpt1"}, "url", "is no sign&#39;s address"),
        ({"url": "tcp://10.0.0.7"}, "url", "is no sign&#39;s address"),
        ({"url": "serial:///etc/passwd"}, "url", "is no sign&#39;s address"),
        ({"url": "serial:///dev/../etc/passwd"}, "url", "is no sign&#39;s address"),
        ({"url": "tcp://[10.0.0.7:4001"}, "url", "is no sign&#39;s address"),
        ({"address": "100"}, "address", "from 0 to 99"),
        ({"width": "151"}, "width", "from 1 to 150"),
        ({"brightness": "101"}, "brightness", "from 1 to 100"),
        ({"protocol": "modbus-dm", "brightness": "50"}, "brightness", "Ditel ASCII and Alpha"),
    ],
)
async def test_what_cannot_be_is_marked_where_it_was_typed(
    room: Room, typed: dict[str, Any], marked: str, said: str
) -> None:
    before = await room.file()
    form = await room.form("/admin/hnc/signs/new")
    answer = await room.post("/admin/hnc/signs/save", form | SIGN | typed)
    assert answer.status_code == 422, answer.text
    assert f'id="e-{marked}"' in answer.text
    assert said in answer.text
    assert fields_in(answer.text)["url"] == (SIGN | typed)["url"]
    assert await room.file() == before


@pytest.mark.parametrize(
    ("changed", "key", "why"),
    [
        ('protocol = "morse"', "sign[0].protocol", "it must be one of ditel"),
        ('url = "serial:///dev/ttyS0?baudrate=9601"', "sign[0].url", "a baudrate is one of"),
        ('url = "serial:///dev/ttyS0?flow=1"', "sign[0].url", "has no flow"),
        ('url = "socket://10.0.0.7"', "sign[0].url", "no port"),
        ('url = "socket://10.0.0.7:99999"', "sign[0].url", "Port out of range"),
        ('desk = "v9"', "sign[0].desk", "there is no desk 'v9'"),
        ("address = 100", "sign[0].address", "from 0 to 99"),
    ],
)
async def test_a_file_with_a_sign_that_cannot_be_names_the_key_and_why(
    room: Room, changed: str, key: str, why: str
) -> None:
    text = await made(room)
    name = changed.partition(" =")[0]
    lines = [
        line
        for line in text.partition("[[sign]]")[2].strip().splitlines()
        if not line.startswith(f"{name} =")
    ]
    broken = "\n".join([text.partition("[[sign]]")[0], "[[sign]]", *lines, changed])
    with pytest.raises(Breach) as found:
        decode(broken)
    assert found.value.key == key
    assert why in str(found.value.params["what"])
    assert "line" in found.value.params
