"""A site's description is checked whole before anything of it is kept."""

from pathlib import Path

import pytest

from tests.peers.server import SITE
from tests.peers.stores import opened
from turnero.queue import reads
from turnero.server.sites import load_site
from turnero.store import devices
from turnero.store.errors import Invalid

PRINTER = """
[[printer]]
key = "hall"
name = "Hall"
url = "{url}"
"""


@pytest.mark.parametrize(
    ("url", "why"),
    [("lpt1", "must begin with"), ("tcp://", "no host"), ("tcp://printer:99999", "out of range")],
)
async def test_a_printer_that_could_never_print_is_refused_and_nothing_is_kept(
    tmp_path: Path, url: str, why: str
) -> None:
    async with opened(tmp_path) as ledger:
        with pytest.raises(Invalid, match=why):
            await load_site(ledger, SITE + PRINTER.format(url=url), actor="test")
        assert await ledger.read(reads.site_no, "demo") is None


async def test_a_kiosk_keeps_where_to_wait_and_what_its_paper_ends_with(tmp_path: Path) -> None:
    text = SITE.replace(
        'name = "Entrada"',
        'name = "Entrada"\nwhere = { es = "Sala 2" }\nfooter = { es = "Gracias" }',
    )
    async with opened(tmp_path) as ledger:
        await load_site(ledger, text, actor="test")
        kiosk = await ledger.read(devices.by_key, 1, "kiosk", "hall")
    assert kiosk is not None
    assert kiosk.settings == '{"footer":{"es":"Gracias"},"where":{"es":"Sala 2"}}'
