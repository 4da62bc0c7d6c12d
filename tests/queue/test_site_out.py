"""A site out as TOML and in again is the same site, whatever it is; an error has its line."""

import asyncio
import tempfile
import tomllib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.peers.stores import opened
from tests.queue.described import sites
from tests.queue.engines import both_engines
from tests.queue.hall import SITE, Hall
from turnero.queue import site_file, site_out
from turnero.queue.commands.sites import load_site
from turnero.queue.site_lines import line_of
from turnero.queue.site_rules import check
from turnero.queue.site_shape import SiteFile
from turnero.store.errors import Invalid

DEMO = Path(__file__).parents[2] / "turnero" / "server" / "demo" / "hospital.toml"


async def stored(source: SiteFile) -> tuple[SiteFile, int]:
    """What comes out of a fresh database after loading, and what loading that again changes."""
    with tempfile.TemporaryDirectory() as folder:
        async with opened(Path(folder) / "data") as ledger:
            await ledger.run(load_site, source, site=1, actor="test")
            out = await ledger.read(site_out.read, 1)
            assert out is not None
            again = site_file.decode(site_out.encode(out))
            assert again == out
            loaded = await ledger.run(load_site, again, site=1, actor="test")
            assert await ledger.read(site_out.read, 1) == out
            return out, loaded.changes


@both_engines
async def test_what_comes_out_of_a_site_goes_in_again_and_changes_nothing(hall: Hall) -> None:
    out = await hall.read(site_out.read, 1)
    assert out is not None
    assert await hall.load(site_out.encode(out)) == 0
    assert out == site_file.decode(SITE)


async def test_the_demonstrations_hospital_comes_out_as_it_went_in() -> None:
    described = site_file.decode(DEMO.read_text("utf-8"))
    out, changes = await stored(described)
    assert changes == 0
    # what has its default is left out, and said in another way here: the classes' ranks
    assert replace(out, attention=()) == replace(described, attention=())
    assert [part.key for part in out.attention] == ["preferential", "ordinary"]


@given(sites())
@settings(max_examples=200, deadline=None)
def test_any_description_is_the_same_after_it_was_written_and_read(file: SiteFile) -> None:
    check(file)
    assert site_file.decode(site_out.encode(file)) == file


@given(sites())
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_site_goes_out_and_in_and_changes_nothing(file: SiteFile) -> None:
    _, changes = asyncio.run(stored(file))
    assert changes == 0


async def test_a_service_without_hours_of_its_own_follows_the_sites(hall: Hall) -> None:
    out = await hall.read(site_out.read, 1)
    assert out is not None
    assert [part.key for part in out.service if part.hours is not None] == []
    await hall.load(SITE.replace('prefix = "C"', 'prefix = "C"\nhours = {}'))
    changed = await hall.read(site_out.read, 1)
    assert changed is not None
    assert {part.key: part.hours for part in changed.service}["caja"] == {}


def test_two_descriptions_that_differ_have_different_digests() -> None:
    one = site_file.decode(SITE)
    assert site_out.digest(one) == site_out.digest(site_file.decode(SITE))
    other = site_file.decode(SITE.replace('name = "Ventanilla 1"', 'name = "Caja 1"'))
    assert site_out.digest(one) != site_out.digest(other)


#: what is put in place of what, and the text that stands on the line that is named
WRONG = [
    ('prefix = "S"', 'prefix = "Q"', 'prefix = "Q"'),
    ('prefix = "S"', "", 'key = "sangre"'),
    ('tue = ["08:00-18:00"]', 'tue = ["8-18"]', "hours = {"),
    ('primary = ["sangre", "infecto"]', 'primary = ["sangre", "nada"]', "nada"),
    ('url = "virtual:"', 'url = "virtual:"\ncolour = "red"', "colour"),
    ('printer = "p1"', 'printer = "p2"', 'printer = "p2"'),
    ('name = "Sala"', "name = 7", "name = 7"),
    ('name = "Sala"', "name = [", "name = ["),
    ("quota = 2", 'quota = """\n\n0"""', 'quota = """'),
]


@pytest.mark.parametrize(("old", "new", "there"), WRONG)
def test_an_error_says_on_which_line_it_stands(old: str, new: str, there: str) -> None:
    source = SITE.replace(old, new, 1)
    with pytest.raises(Invalid) as caught:
        site_file.decode(source)
    assert caught.value.code == "site-file-line"
    named = source.split("\n")[int(caught.value.params["line"]) - 1]
    # what is missing is missing from its table, which the line names
    assert there in named or named == "[[service]]" or new == "name = ["


def test_a_service_that_lacks_something_is_named_by_where_its_table_begins() -> None:
    source = SITE.replace('prefix = "S"', "", 1)
    with pytest.raises(Invalid) as caught:
        site_file.decode(source)
    lines = source.split("\n")
    line = int(caught.value.params["line"])
    assert lines[line - 1 : line + 1] == ["[[service]]", 'key = "sangre"']


@given(sites(), st.data())
@settings(max_examples=100, deadline=None)
def test_the_line_of_any_key_is_where_it_is_written(file: SiteFile, data: st.DataObject) -> None:
    text = site_out.encode(file)
    part = data.draw(st.sampled_from(["service", "attention", "desk", "printer"]))
    items = tomllib.loads(text).get(part, [])
    for n, item in enumerate(items):
        key = data.draw(st.sampled_from(sorted(item)))
        line = text.split("\n")[(site_out_line(text, f"{part}[{n}].{key}")) - 1]
        assert line.startswith((f"{key} =", f"[{part}.{key}]"))


def site_out_line(text: str, key: str) -> int:
    """The line of a key, which must be there."""
    line = line_of(text, key)
    assert line is not None
    return line
