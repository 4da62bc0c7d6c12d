"""What a site has put on its paper: in the description, with its printers, and on the ticket."""

import base64
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from tests.printer.slips import NARROW, WIDE, lines, slip
from tests.printer.spooling import BOTH, SITE, Spooling
from turnero.printer.decode import decode
from turnero.printer.document import Document, Text
from turnero.printer.document import Image as Dots
from turnero.printer.escpos import encode
from turnero.printer.layout import Layout, drawn_whole, layout, profile_for
from turnero.printer.logo import dithered, logo_from
from turnero.printer.operations import Letters, QrCode, Raster
from turnero.printer.picture import draw
from turnero.printer.ticket import ticket
from turnero.queue import site_file, site_out
from turnero.queue.facts import SiteLoaded
from turnero.queue.site_breaches import Breach
from turnero.queue.site_devices import paper_on
from turnero.queue.site_shape import TicketPart
from turnero.store.devices import Device
from turnero.store.errors import Invalid
from turnero.web.formats import formats
from turnero.web.languages import translator


def picture(size: tuple[int, int] = (400, 100), form: str = "PNG", **more: Any) -> bytes:
    """A black square in a white picture."""
    made = Image.new("RGB", size, "white")
    made.paste((0, 0, 0), (10, 10, size[0] - 10, size[1] - 10))
    file = BytesIO()
    made.save(file, form, **more)
    return file.getvalue()


def with_paper(**said: Any) -> str:
    """The tests' site with this on its paper."""
    file = site_file.decode(SITE)
    values = {"ticket": TicketPart(**said)}
    return site_out.encode(
        type(file)(**{k: getattr(file, k) for k in file.__struct_fields__} | values)
    )


def said(page: Layout, **more: Any) -> list[str]:
    """What a ticket with this layout says."""
    say = translator("es", "pe")
    paper = ticket(
        slip(url="https://a.pe/t/x", **more), say, formats(say.tag, "America/Lima"), page
    )
    return list(paper.texts())


@BOTH
async def test_it_comes_out_of_the_database_as_it_went_in(hall: Spooling) -> None:
    text = with_paper(logo=logo_from(picture()), above={"es": ("Av. Grau",)}, qr=False)
    await hall.load(text)
    out = await hall.read(site_out.read, 1)
    assert out is not None
    assert out.ticket == site_file.decode(text).ticket
    assert site_file.decode(site_out.encode(out)) == out
    assert await hall.load(site_out.encode(out)) == 0
    for key in ("p1", "p2"):
        assert paper_on((await hall.printer(key)).settings) == out.ticket
    facts = await hall.facts(SiteLoaded)
    assert out.ticket.logo is not None
    assert out.ticket.logo not in str(facts[-1])
    await hall.load(SITE)
    bare = await hall.read(site_out.read, 1)
    assert bare is not None
    assert bare.ticket == TicketPart()


@pytest.mark.parametrize(
    ("said", "breach"),
    [
        ({"above": {"es": ("x" * 161,)}}, "text-long"),
        ({"notices": {"es": ("x" * 50_000,)}}, "text-long"),
        ({"below": {"es": ("x",) * 7}}, "ticket-lines"),
        ({"logo": "not base64!"}, "ticket-logo"),
        ({"logo": base64.b64encode(b"GIF89a" * 9).decode()}, "ticket-logo"),
        ({"logo": base64.b64encode(picture((577, 9))).decode()}, "ticket-logo-size"),
        ({"logo": "A" * 24_001}, "text-long"),
    ],
)
def test_what_cannot_be_on_paper_is_refused(said: dict[str, Any], breach: str) -> None:
    with pytest.raises(Breach) as refused:
        site_file.decode(with_paper(**said))
    assert refused.value.breach == breach


@pytest.mark.parametrize("form", ["PNG", "JPEG"])
def test_a_picture_becomes_a_small_logo_in_the_width_of_each_paper(form: str) -> None:
    kept = logo_from(picture((2400, 600), form))
    assert len(kept) < 3_000
    wide, narrow = dithered(kept, WIDE.dots), dithered(kept, NARROW.dots)
    assert wide.width == 576
    assert narrow.width == 384
    assert len(wide.rows) // 72 <= 240


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "logo-unreadable"),
        (b"GIF89a", "logo-unreadable"),
        (picture()[:60], "logo-unreadable"),
        (picture(form="GIF"), "logo-unreadable"),
        (picture() + b"x" * (4 * 2**20), "logo-large"),
    ],
)
def test_what_is_no_picture_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        logo_from(data)
    assert refused.value.code == code


def test_a_small_file_with_a_huge_picture_is_refused_before_it_is_drawn() -> None:
    file = BytesIO()
    Image.new("1", (9_000, 6_000)).save(file, "PNG")
    assert len(file.getvalue()) < 100_000
    with pytest.raises(Invalid, match="logo-large"):
        logo_from(file.getvalue())


def test_an_empty_picture_is_refused() -> None:
    file = BytesIO()
    Image.new("RGBA", (90, 90), (0, 0, 0, 0)).save(file, "PNG")
    with pytest.raises(Invalid, match="logo-empty"):
        logo_from(file.getvalue())


def test_own_lines_stand_where_they_were_asked_for_in_the_persons_language() -> None:
    part = TicketPart(
        above={"es": ("Av. Grau",), "pt": ("Rua",)},
        below={"es": ("DNI",)},
        notices={"es": ("Ley",)},
    )
    texts = said(layout(part, "es_CO", WIDE))
    assert texts.index("Av. Grau") == 1
    assert texts.index("DNI") > texts.index("Código " + texts[texts.index("DNI") - 2][7:])
    assert texts[-1] == "Ley"
    assert layout(part, "pt", WIDE).above == ("Rua",)
    assert layout(part, "qu", WIDE).above == ("Av. Grau",)


def test_parts_can_be_left_out_and_the_code_stays() -> None:
    texts = said(Layout(ahead=False, wait=False, way=False, qr=False), steps=("Caja", "Rayos X"))
    assert not any(one.startswith(("Delante", "Espera", "Su recorrido", "Siga")) for one in texts)
    assert any(one.startswith("Código") for one in texts)


def test_large_letters_for_everybody_are_those_of_large_type() -> None:
    assert said(Layout(large=True)) == said(Layout(), large=True)


def test_a_ticket_drawn_whole_has_no_letters_and_small_fragments() -> None:
    say = translator("es", "pe")
    paper = ticket(slip(url="https://a.pe/t/x"), say, formats(say.tag, "America/Lima"))
    operations = decode(encode(paper, WIDE, whole=True))
    assert not [one for one in operations if isinstance(one, Letters | QrCode)]
    fragments = [one for one in operations if isinstance(one, Raster)]
    assert {one.height for one in fragments[:-1]} == {120}
    assert all(one.width == 576 for one in fragments)
    # As long as the other one, within a few millimetres.
    letters = draw(decode(encode(paper, WIDE)), WIDE).height
    assert abs(draw(operations, WIDE).height - letters) < 60


@pytest.mark.parametrize(
    ("url", "whole"),
    [
        ("tcp://10.0.0.9", True),
        ("serial:///dev/ttyS0", False),
        ("serial:///dev/ttyS0?baudrate=19200", False),
        ("serial:///dev/ttyS0?baudrate=115200", True),
    ],
)
def test_over_a_slow_line_tickets_stay_letters(url: str, whole: bool) -> None:
    settings = f'{{"url":"{url}","mode":"raster"}}'
    device = Device(1, 1, "printer", "p", "P", "", settings, None, None)
    profile = profile_for(device)
    assert drawn_whole(device, profile) is whole
    document = Document((Dots(8, b"\xff" * 8), Text("hola")))
    operations = decode(encode(document, profile))
    assert bool([one for one in operations if isinstance(one, Raster)]) is whole
    assert lines(operations) == ["hola"]


@pytest.mark.parametrize("whole", [False, True])
def test_fifty_kilobytes_of_text_become_a_short_paper(whole: bool) -> None:
    document = Document((Text("A047", 8, 8), Text("palabra " * 6_250), Text("fin")))
    image = draw(decode(encode(document, WIDE, whole=whole)), WIDE)
    assert image.height < 8 * 150
