"""What boards show between calls, as an administrator describes it: pictures, forms, preview, export."""

import hashlib
import io
import zipfile
from typing import Any

import pytest
from PIL import Image

from tests.admin.conftest import HOST, Room
from turnero.queue import reads
from turnero.queue.commands.pictures import MOST
from turnero.queue.site_file import decode
from turnero.queue.site_out import encode
from turnero.web.pictures import HIGH, MOST_BYTES, WIDE, tidy

TEXT = "Lávese las manos con agua y jabón."


def photograph(width: int = 3000, height: int = 2000, kind: str = "JPEG") -> bytes:
    """As a telephone takes it: with where it was taken."""
    image = Image.linear_gradient("L").resize((width, height)).convert("RGB")
    exif = Image.Exif()
    exif[0x010E] = "SECRET PLACE"
    exif[0x0112] = 6  # it was held upright
    out = io.BytesIO()
    image.save(out, kind, exif=exif)
    return out.getvalue()


async def uploaded(room: Room, *files: tuple[str, bytes]) -> Any:
    return await room.client.post(
        "/admin/hnc/pictures",
        files=[("picture", (name, data, "image/jpeg")) for name, data in files],
        headers={"cookie": "turnero_user=adela", "origin": HOST, "accept-language": "en"},
    )


async def digests(room: Room) -> list[str]:
    return [one.digest for one in await room.ledger.read(reads.pictures, 1)]


async def test_a_photograph_is_made_small_upright_and_without_its_place(room: Room) -> None:
    assert (await uploaded(room, ("a.jpg", photograph()))).status_code == 303
    (one,) = await room.ledger.read(reads.pictures, 1)
    data = await room.ledger.read(reads.picture_data, 1, one.digest)
    assert data is not None
    assert hashlib.sha256(data).hexdigest() == one.digest
    assert (one.width, one.height) == (720, 1080)
    assert b"SECRET" not in data
    assert b"EXIF" not in data
    image = Image.open(io.BytesIO(data))
    assert (image.format, image.size) == ("WEBP", (one.width, one.height))
    # uploaded again it is the same picture, and so is the file that was made of it
    await uploaded(room, ("b.jpg", photograph()), ("c.webp", data))
    assert await digests(room) == [one.digest]


async def test_what_is_no_picture_is_refused_and_what_is_beside_it_is_kept(room: Room) -> None:
    answer = await uploaded(
        room,
        ("script.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>"),
        ("cut.jpg", photograph()[:2000]),
        ("dot.png", photograph(8, 8, "PNG")),
        ("good.png", photograph(640, 360, "PNG")),
    )
    assert answer.status_code == 422
    for name, words in (
        ("script.svg", "no picture that can be read"),
        ("cut.jpg", "no picture that can be read"),
        ("dot.png", "At least 64 points"),
    ):
        assert f"{name}: " in answer.text
        assert words in answer.text.partition(f"{name}: ")[2][:200]
    assert len(await digests(room)) == 1


def test_a_bomb_of_few_bytes_is_not_unpacked() -> None:
    bomb = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(bomb, "PNG")
    assert len(bomb.getvalue()) < MOST_BYTES
    with pytest.raises(Exception, match="picture-large"):
        tidy(bomb.getvalue())
    with pytest.raises(Exception, match="picture-large"):
        tidy(b"\xff" * (MOST_BYTES + 1))


def test_a_transparent_picture_stands_on_white_and_a_wide_one_fits_a_board() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (4000, 1000), (0, 0, 0, 0)).save(out, "PNG")
    made = tidy(out.getvalue())
    assert (made.width, made.height) == (WIDE, 480)
    assert made.height <= HIGH
    seen = Image.open(io.BytesIO(made.data)).convert("RGB").getpixel((5, 5))
    assert isinstance(seen, tuple)
    assert min(seen) > 250


async def test_a_picture_that_is_shown_is_not_taken_out_and_another_is(room: Room) -> None:
    await uploaded(room, ("a.png", photograph(640, 360, "PNG")))
    (digest,) = await digests(room)
    form = await room.form("/admin/hnc/content/new")
    typed = form | {"name.es": "Plano", "sort": "picture", "picture": digest, "alt.es": "Un plano"}
    assert (await room.post("/admin/hnc/content/save", typed)).status_code == 303
    answer = await room.post("/admin/hnc/pictures/drop", {"digest": digest})
    assert answer.status_code == 409
    assert "This picture is shown" in answer.text
    form = await room.form("/admin/hnc/content/of/plano")
    await room.post("/admin/hnc/content/act", form | {"act": "remove", "item": "plano"})
    assert (await room.file()).content == ()
    assert (await room.post("/admin/hnc/pictures/drop", {"digest": digest})).status_code == 303
    assert await digests(room) == []


async def test_more_pictures_than_a_database_should_hold_are_refused(room: Room) -> None:
    from turnero.queue.commands.pictures import KeepPicture, keep

    for n in range(MOST):
        await room.ledger.run(keep, KeepPicture(f"{n:064x}", 64, 64, b""), site=1, actor="cli")
    answer = await uploaded(room, ("a.png", photograph(640, 360, "PNG")))
    assert f"At most {MOST} are kept" in answer.text
    assert len(await digests(room)) == MOST


async def test_a_notice_is_made_with_its_times_and_told_in_the_history(room: Room) -> None:
    form = await room.form("/admin/hnc/content/new")
    typed = form | {
        "name.es": "Manos limpias",
        "text.es": TEXT,
        "seconds": "20",
        "hours.mon": "08:00-13:00",
        "until": "2026-12-24",
    }
    assert (await room.post("/admin/hnc/content/save", typed)).status_code == 303
    (part,) = (await room.file()).content
    assert (part.key, part.text, part.seconds) == ("manos-limpias", {"es": TEXT}, 20)
    assert (part.hours, part.since, part.until) == ({"mon": ("08:00-13:00",)}, None, "2026-12-24")
    assert decode(encode(await room.file())) == await room.file()
    history = await room.text("/admin/hnc/history")
    assert "Between calls" in history
    assert "Manos limpias" in history
    # looked at and stored again it is the same
    loads = len(await room.loads())
    form = await room.form("/admin/hnc/content/of/manos-limpias")
    assert (await room.post("/admin/hnc/content/save", form)).status_code == 303
    assert len(await room.loads()) == loads


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"text.es": "x" * 241}, "text.es", "240"),
        ({"text.es": ""}, "text", "Please give the text in the site"),
        ({"sort": "picture"}, "picture", "Please choose a picture"),
        ({"picture": "a" * 64}, "alt", "Please say what the picture shows"),
        ({"seconds": "3"}, "seconds", "from 5 to 120"),
        ({"since": "2026-02-02", "until": "2026-02-01"}, "until", "before the first one"),
        ({"hours.mon": "25:00"}, "hours.mon", "cannot be read"),
    ],
)
async def test_what_a_board_could_not_show_is_marked_at_its_field(
    room: Room, typed: dict[str, str], field: str, words: str
) -> None:
    form = await room.form("/admin/hnc/content/new")
    sent = form | {"name.es": "Manos", "text.es": TEXT} | typed
    answer = await room.post("/admin/hnc/content/save", sent)
    assert answer.status_code == 422
    assert words in answer.text.partition(f'id="e-{field}"')[2][:400], field
    assert (await room.file()).content == ()


async def test_description_and_pictures_are_carried_to_another_installation(room: Room) -> None:
    await uploaded(room, ("a.jpg", photograph()))
    (digest,) = await digests(room)
    form = await room.form("/admin/hnc/content/new")
    typed = form | {"name.es": "Plano", "sort": "picture", "picture": digest, "alt.es": "Un plano"}
    await room.post("/admin/hnc/content/save", typed)
    answer = await room.get("/admin/hnc/file.zip")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert set(archive.namelist()) == {"hnc.toml", f"pictures/{digest}.webp"}
        assert decode(archive.read("hnc.toml").decode()) == await room.file()
        # its own digest is what the other installation gives it
        assert tidy(archive.read(f"pictures/{digest}.webp")).digest == digest
