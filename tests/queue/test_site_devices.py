"""Devices as a site's file describes them, and as they are kept."""

import pytest

from tests.queue.test_site_file import SMALL
from turnero.queue import site_file
from turnero.queue.site_devices import PARTS, kept, parts
from turnero.store.devices import Device
from turnero.store.errors import Invalid

DEVICES = """
[[box]]
key = "entrance"
name = "Entrada"
zone = "hall"

[[kiosk]]
key = "k-1"
name = "Kiosko"
zone = "hall"
printer = "p-1"
box = "entrance"

[[board]]
key = "b-1"
name = "Sala"

[[printer]]
key = "p-1"
name = "Impresora"
url = "tcp://10.0.0.9"
box = "entrance"
"""


def test_what_is_kept_of_a_device_gives_the_same_part_again() -> None:
    file = site_file.decode(SMALL + DEVICES)
    for kind, shape in PARTS.items():
        rows = [
            Device(1, 1, kind, key, one["name"], one["zone"], one["settings"], None, None)
            for key, one in kept(file, kind).items()
        ]
        assert parts(rows, shape) == getattr(file, kind)
    assert kept(file, "box")["entrance"]["zone"] == "hall"


@pytest.mark.parametrize("kind", ["kiosk", "printer"])
def test_a_device_cannot_be_at_a_box_that_is_not_there(kind: str) -> None:
    text = SMALL + DEVICES
    head, mark, tail = text.partition(f"[[{kind}]]")
    with pytest.raises(Invalid) as wrong:
        site_file.decode(head + mark + tail.replace("entrance", "elsewhere", 1))
    assert f"{kind}[0].box" in str(wrong.value)
    assert "[[box]]" in str(wrong.value)
