"""The whole site as a file: out, in, and an error that says its line and changes nothing."""

import tomllib
from typing import Any

from tests.admin.conftest import Room
from turnero.queue.site_file import decode
from turnero.queue.site_out import encode


async def uploaded(room: Room, source: str, **more: Any) -> Any:
    """Load a description by the page."""
    form = await room.form("/admin/hnc/file")
    return await room.post("/admin/hnc/file", form | {"source": source} | more)


async def test_the_download_is_the_site_and_loads_without_a_change(room: Room) -> None:
    answer = await room.get("/admin/hnc/file.toml")
    assert 'filename="hnc.toml"' in answer.headers["content-disposition"]
    assert decode(answer.text) == await room.file()
    again = await uploaded(room, answer.text)
    assert again.status_code == 200
    assert "nothing was different" in again.text
    assert len(await room.loads()) == 1


async def test_an_uploaded_file_changes_the_site_and_is_told(room: Room) -> None:
    source = encode(await room.file()).replace("Ventanilla 1", "Ventanilla Uno")
    answer = await uploaded(room, source)
    assert "Loaded: 1 change." in answer.text
    assert (await room.file()).desk[0].name == "Ventanilla Uno"
    actor, fact = (await room.loads())[-1]
    assert (actor, fact.changes[0].key) == ("user:1", "v1")


async def test_an_error_says_its_line_and_changes_nothing(room: Room) -> None:
    before = await room.file()
    right = encode(before)
    for old, new, words in (
        ('prefix = "S"', 'prefix = "I"', "cannot begin a number"),
        ('prefix = "S"', 'prefix = "S', "perhaps a quotation mark or a bracket is missing"),
        ('prefix = "S"', 'colour = "red"', "This is not known here. ("),
        ('url = "virtual:"', 'url = "lpt1"', "Please write tcp://192.168.1.50"),
        ('primary = ["sangre", "infecto"]', 'primary = ["nada"]', "not there any more"),
    ):
        line = right[: right.index(old)].count("\n") + 1
        answer = await uploaded(room, right.replace(old, new))
        assert answer.status_code == 422
        assert f"Line {line}: " in answer.text, (new, answer.text.partition('id="wrong"')[2][:400])
        assert words in answer.text
        assert f'data-line="{line}"' in answer.text
        assert "Nothing was changed." in answer.text
        # what was sent stands there to be corrected
        assert new.replace('"', "&#34;") in answer.text
    assert await room.file() == before
    assert len(await room.loads()) == 1


async def test_another_sites_file_is_not_loaded_over_this_one(room: Room) -> None:
    source = encode(await room.file()).replace('key = "hnc"', 'key = "other"', 1)
    assert (await uploaded(room, source)).status_code == 404
    assert (await room.file()).site.key == "hnc"


async def test_a_file_made_from_an_older_site_is_refused_and_shows_what_changed(room: Room) -> None:
    form = await room.form("/admin/hnc/file")
    desk = await room.form("/admin/hnc/desks/of/v1", "bruno")
    await room.post("/admin/hnc/desks/save", desk | {"name": "Ventanilla Uno"}, "bruno")
    answer = await room.post("/admin/hnc/file", form | {"source": form["source"]})
    assert answer.status_code == 409
    assert "Ventanilla Uno" in answer.text.partition('id="conflict"')[2]
    assert (await room.file()).desk[0].name == "Ventanilla Uno"


async def test_a_large_description_is_taken(room: Room) -> None:
    source = encode(await room.file()) + "\n# " + "x" * 300_000
    assert tomllib.loads(source)
    assert (await uploaded(room, source)).status_code == 200
