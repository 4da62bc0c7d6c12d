"""The picture of the paper, read by eyes that know nothing of us."""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from tests.printer.eyes import ink_rows, qr_of, text_of
from tests.printer.slips import CODE, NARROW, WIDE, picture, slip
from turnero.printer.decode import decode
from turnero.printer.document import Document, Text
from turnero.printer.picture import draw, png
from turnero.printer.profiles import Profile

URL = f"https://turnos.example.pe/t/{CODE}"


@pytest.mark.requires("zbar-tools")
@pytest.mark.parametrize("paper", [WIDE, NARROW], ids=lambda profile: profile.key)
@pytest.mark.parametrize("large", [False, True])
def test_zbarimg_reads_the_address(paper: Profile, large: bool, tmp_path: Path) -> None:
    assert qr_of(picture(slip(url=URL, large=large), paper), tmp_path) == [URL]


@pytest.mark.requires("zbar-tools")
def test_without_a_public_address_the_qr_holds_the_code_alone(tmp_path: Path) -> None:
    assert qr_of(picture(slip()), tmp_path) == [CODE]


@pytest.mark.requires("zbar-tools")
def test_a_drawn_qr_reads_the_same(tmp_path: Path) -> None:
    plain = Profile(key="plain", paper_mm=80, dots=576, native_qr=False)
    assert qr_of(picture(slip(url=URL), plain), tmp_path) == [URL]


@pytest.mark.requires("tesseract-ocr", "tesseract-ocr-spa")
def test_tesseract_reads_the_ticket_in_spanish(tmp_path: Path) -> None:
    read = text_of(picture(slip(attention="Atención preferente")), tmp_path)
    for said in (
        "Hospital Nacional San José",
        "Admisión",
        "Delante de usted: 7",
        "Espera: 10 a 25 min",
    ):
        assert said in read


@pytest.mark.requires("tesseract-ocr", "tesseract-ocr-spa")
def test_accents_are_exact_on_paper(tmp_path: Path) -> None:
    words = "Señorita Muñoz: ¿atención médica aquí? ¡Sí! ÁRBOL ÉXITO ÍNDICE ÓPTIMO ÚNICO NIÑO"
    document = Document((Text(words, 2, 2),))
    assert text_of(picture(document), tmp_path) == words


@pytest.mark.requires("tesseract-ocr", "tesseract-ocr-spa")
def test_letters_outside_the_code_page_are_as_readable(tmp_path: Path) -> None:
    assert "Señora Muñoz" in text_of(
        picture(Document((Text("Señora Muñoz ‘aquí’", 2, 2),))), tmp_path
    )


def test_the_number_is_by_far_the_largest_thing_on_the_paper() -> None:
    """Its letters stand 15 mm high; the next largest text is a third of that."""
    code, number, *others = sorted(_runs(picture(slip(url=URL))), reverse=True)
    assert code == 33 * 6
    assert number > 15 * 8 - 4
    assert max(others) <= number // 3


def _runs(file: bytes) -> list[int]:
    """Heights of the bands of ink, from above."""
    runs, run = [], 0
    for dots in [*ink_rows(file), 0]:
        if dots:
            run += 1
        elif run:
            runs.append(run)
            run = 0
    return runs


@pytest.mark.parametrize(("paper", "wide"), [(WIDE, 640), (NARROW, 464)])
def test_the_paper_is_as_wide_as_its_roll_with_torn_edges(paper: Profile, wide: int) -> None:
    image = Image.open(BytesIO(picture(slip(), paper)))
    assert image.mode == "LA"
    assert image.width == wide
    alpha = image.getchannel("A")
    assert alpha.crop((0, 0, wide, 1)).getextrema() == (0, 255)
    assert alpha.crop((0, image.height - 1, wide, image.height)).getextrema()[0] == 0
    assert alpha.crop((0, 20, wide, image.height - 20)).getextrema() == (255, 255)


def test_paper_that_was_not_cut_ends_straight() -> None:
    image = draw(decode(b"\x1b@hola\n\n\n\n\n"))
    assert image.getchannel("A").crop((0, image.height - 4, 640, image.height)).getextrema() == (
        255,
        255,
    )


def test_a_cut_without_a_feed_goes_through_what_was_printed_last() -> None:
    """The knife stands 8 mm after the head: real paper shows it, so the picture does."""
    image = draw(decode(b"\x1b@hola\nadios\n\x1dV\x00"))
    assert 0 in image.getchannel("A").crop((0, 40, 640, 70)).tobytes()


def test_what_a_printer_cannot_read_is_seen_on_the_paper() -> None:
    clear = sum(ink_rows(png(decode(b"\x1b@hola\n"))))
    assert sum(ink_rows(png(decode(b"\x1b@\x1bt\x63hola\n")))) > clear
    assert sum(ink_rows(png(decode(b"\x1b@\x07hola\n")))) > clear


def test_a_line_longer_than_the_paper_goes_on_below() -> None:
    short = draw(decode(b"\x1b@" + b"x" * 48 + b"\n"))
    long = draw(decode(b"\x1b@" + b"x" * 49 + b"\n"))
    assert long.height == short.height + 30


def test_large_letters_and_small_paper_are_drawn_whole() -> None:
    for large in (False, True):
        for paper in (WIDE, NARROW):
            rows = ink_rows(picture(slip(large=large, people=3, copied_ms=1772463900000), paper))
            # Something on every two centimetres, and the edges of the paper are white.
            assert not any(rows[:8])
            assert (
                max(len(gap) for gap in "".join("x" if dots else " " for dots in rows).split("x"))
                < 160
            )
