"""A site's description is checked whole before anything of it is kept."""

from contextlib import suppress
from pathlib import Path

import pytest

from tests.peers.server import SITE
from tests.peers.stores import opened
from turnero.cli import main
from turnero.queue import reads
from turnero.server.acts import ActRefusedError, do
from turnero.server.settings import load
from turnero.server.sites import decode, load_site
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


@pytest.mark.parametrize(
    "url",
    [
        "file:///home/turnero/.ssh/authorized_keys",
        "file:///dev/../home/turnero/.profile",
        "file:///dev/%2e%2e/home/turnero/.profile",
        "file:///dev",
        "serial:///home/turnero/.profile",
    ],
)
async def test_who_describes_a_site_writes_into_no_file_of_the_machine(
    tmp_path: Path, url: str
) -> None:
    async with opened(tmp_path) as ledger:
        with pytest.raises(Invalid, match="names devices alone"):
            await load_site(ledger, SITE + PRINTER.format(url=url), actor="test")
        for good in ("file:///dev/usb/lp0", "serial:///dev/serial/by-id/x"):
            await load_site(ledger, SITE + PRINTER.format(url=good), actor="test")


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


def test_a_site_is_saved_by_the_command_line_and_loaded_again_without_a_change(
    tmp_path: Path,
) -> None:
    settings = load(tmp_path / "data", environment={})
    do(settings, "site-load", text=SITE)
    saved = do(settings, "site-save", site=None)
    assert saved["site"] == "demo"
    assert do(settings, "site-load", text=saved["text"])["changes"] == 0
    assert do(settings, "site-save", site="demo") == saved
    with pytest.raises(ActRefusedError, match="No site is called"):
        do(settings, "site-save", site="other")
    do(settings, "site-load", text=SITE.replace('key = "demo"', 'key = "second"', 1))
    with pytest.raises(ActRefusedError, match="name one by its key"):
        do(settings, "site-save", site=None)


def test_a_wrong_printer_is_told_with_the_line_of_the_file(tmp_path: Path) -> None:
    source = SITE + PRINTER.format(url="lpt1")
    with pytest.raises(Invalid) as caught:
        decode(source)
    line = int(caught.value.params["line"])
    assert source.split("\n")[line - 1] == 'url = "lpt1"'


def test_what_a_file_does_not_carry_is_said_at_both_ends(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Pictures stay in the database: their digests alone are in the file."""
    shown = (
        '\n[[content]]\nkey = "plano"\nsort = "picture"\nname = { es = "Plano" }\n'
        f'alt = {{ es = "Un plano" }}\npicture = "{"a" * 64}"\n'
    )
    file, data = tmp_path / "site.toml", str(tmp_path / "data")
    for text, told in ((SITE, False), (SITE + shown, True)):
        file.write_text(text, "utf-8")
        for words in (["site", "load", str(file)], ["site", "save", str(file)]):
            with suppress(SystemExit):
                main([*words, "--data", data])
            said = capsys.readouterr().err
            assert ("1 picture" in said) is told, said
    assert "With pictures" in said
