"""Printed tickets in three languages, as letters and drawn, on both widths, read by eyes that know
nothing of us: every word with an accent and the exact address.

The words looked for are taken from the document that was printed, so none can be forgotten.
"""

import re
import unicodedata
from pathlib import Path

import pytest

from tests.printer.eyes import bars_of, qr_of, text_of
from tests.printer.slips import CODE, NARROW, TAKEN_MS, WIDE, slip
from turnero.printer.decode import decode
from turnero.printer.document import Document
from turnero.printer.escpos import encode
from turnero.printer.layout import Layout
from turnero.printer.picture import png
from turnero.printer.profiles import Profile
from turnero.printer.ticket import Slip, ticket
from turnero.queue.views import Wait
from turnero.web.formats import formats
from turnero.web.languages import translator

URL = f"https://turnos.example.pe/t/{CODE}"
#: language → tesseract's pack, and what a site of that language has put on its paper
SITES: dict[str, tuple[str, Slip, Layout]] = {
    "es": (
        "spa",
        slip(
            url=URL,
            service="Atención médica",
            attention="Gestación",
            people=2,
            wait=Wait(10, 25, closes="18:00"),
            steps=("Admisión, 1.er piso", "Análisis clínicos, 2.º piso"),
            where="Espere en el salón, detrás de la recepción.",
            footer="Vuelva mañana si no alcanzó turno.",
            copied_ms=TAKEN_MS,
        ),
        Layout(
            above=("Jirón Andrés Avelino Cáceres 800",),
            below=("Traiga su DNI y su orden médica.",),
            notices=("Atención gratuita según la ley. ¿Algún reclamo? Teléfono 105.",),
        ),
    ),
    "pt": (
        "por",
        slip(
            site="Hospital São João",
            url=URL,
            service="Recepção",
            attention="Gestação",
            people=2,
            wait=Wait(10, 25, closes="18:00"),
            steps=("Recepção, térreo", "Laboratório, 2º andar"),
            where="Aguarde no salão, atrás da recepção.",
            copied_ms=TAKEN_MS,
        ),
        Layout(
            above=("Avenida Conceição, 800",),
            below=("Traga o cartão e a requisição médica.",),
            notices=("Informações e reclamações na administração.",),
        ),
    ),
    "qu": (
        "que",
        slip(
            site="Hospital Nacional San José",
            url=URL,
            service="Qillqachikuy",
            where="Kaypi suyay, ñawpaq wasipi.",
        ),
        Layout(
            above=("Hatun ñan 800, Qusqu",),
            below=("DNI nisqaykita apamuy, hampiq qillqanta ima.",),
            notices=("Ñuqayku yanapasaykiku, mana qullqiyuq kaptiykipas.",),
        ),
    ),
}


def printed(language: str) -> Document:
    """The ticket of that language's site."""
    _, said, layout = SITES[language]
    say = translator(language, "pe")
    return ticket(said, say, formats(say.tag, "America/Lima"), layout)


def words_of(text: str) -> list[str]:
    """The words of a text, without what stands around them."""
    return re.findall(r"[^\W\d_]+(?:['’ʼ][^\W\d_]+)*", unicodedata.normalize("NFC", text))


def accented(document: Document) -> set[str]:
    """Every word on the paper that has a letter with a mark, and in Quechua an apostrophe."""
    return {
        word
        for text in document.texts()
        for word in words_of(text)
        if unicodedata.normalize("NFD", word) != word or "'" in word
    }


@pytest.mark.requires(
    "zbar-tools", "tesseract-ocr", "tesseract-ocr-spa", "tesseract-ocr-por", "tesseract-ocr-que"
)
@pytest.mark.parametrize("whole", [False, True], ids=["letters", "drawn"])
@pytest.mark.parametrize("paper", [WIDE, NARROW], ids=["80", "58"])
@pytest.mark.parametrize("language", list(SITES))
def test_a_printed_ticket_is_read_by_others_eyes(
    language: str, paper: Profile, whole: bool, tmp_path: Path
) -> None:
    document = printed(language)
    picture = png(decode(encode(document, paper, whole=whole)), paper)
    assert qr_of(picture, tmp_path) == [URL]
    wanted = accented(document)
    assert len(wanted) >= (8 if language != "qu" else 3), wanted
    pack = SITES[language][0]
    text = text_of(picture, tmp_path, pack, layout=4) + " " + bars_of(picture, tmp_path, pack)
    read = set(words_of(text))
    assert wanted <= read, f"not recognised: {sorted(wanted - read)} among {sorted(read)}"
