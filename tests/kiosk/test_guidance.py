"""Spoken guidance: every key and question has its sentence, and a document number never sounds."""

import re

import pytest

from tests.kiosk.clinic import Clinic
from turnero.kiosk.guidance import sayable


@pytest.mark.parametrize(
    "text",
    [
        "Su documento es 45678912",
        "DNI 4567 8912",
        "cédula 1.032.456.789",
        "llame al 999-888-777",
    ],
)
def test_a_document_or_a_telephone_is_never_spoken(text: str) -> None:
    assert not re.search(r"\d", sayable(text))


def test_a_printed_number_an_hour_and_a_wait_are_spoken() -> None:
    text = "Su ticket es A1047. Abre a las 15:30. La espera es de 10 a 25 minutos"
    assert sayable(text) == text


def test_a_law_keeps_its_number_on_the_screen_alone() -> None:
    assert sayable("Es su derecho: Ley 28683.") == "Es su derecho: Ley ."


async def test_nothing_is_spoken_unless_asked(clinic: Clinic) -> None:
    html = await clinic.text("/kiosk")
    assert "data-say" not in html
    assert "data-voice" not in html
    assert clinic.voice.said == {}


async def test_with_guidance_every_key_has_its_sentence(clinic: Clinic) -> None:
    await clinic.arrive()
    html = await clinic.text("/kiosk?aids=voice")
    silent = [
        tag
        for tag in re.findall(r"<(?:a|button)\b[^>]*>", html)
        if "data-say=" not in tag and 'class="skip"' not in tag
    ]
    assert silent == []
    said = [text for _, text in clinic.voice.said.values()]
    assert any(text.startswith("Bienvenido") and "Admisión, Laboratorio" in text for text in said)
    assert "Admisión. 1 persona en espera" in said
    assert "Consulta de tarde. Abre a las 3:30 p. m" in [" ".join(text.split()) for text in said]


async def test_a_language_key_speaks_its_own_name(clinic: Clinic) -> None:
    await clinic.text("/kiosk?aids=voice")
    assert ("en", "English") in clinic.voice.said.values()
    assert ("es", "Español") in clinic.voice.said.values()


async def test_the_ticket_is_spoken(clinic: Clinic) -> None:
    await clinic.post("/kiosk/ticket?aids=voice", service="admission", aids="voice", language="es")
    assert any(
        text.startswith("Su ticket es A001. Admisión") for _, text in clinic.voice.said.values()
    )


async def test_only_what_a_page_offered_can_be_heard(clinic: Clinic) -> None:
    html = await clinic.text("/kiosk?aids=voice")
    prompt = re.search(r'data-prompt="([^"]+)"', html)
    assert prompt is not None
    assert prompt[1].startswith("/kiosk/speech/")
    sound = await clinic.get(prompt[1])
    assert sound.status_code == 200
    assert sound.headers["content-type"] == "audio/wav"
    assert (
        await clinic.get("/kiosk/speech/ffffffffffffffffffffffffffffffff.wav")
    ).status_code == 404
    assert (await clinic.get(prompt[1], "")).status_code in {303, 401}


async def test_a_language_without_a_voice_is_silent(clinic: Clinic) -> None:
    clinic.voice.languages.remove("pt")
    html = await clinic.text("/kiosk?lang=pt&aids=voice")
    assert 'data-prompt=""' in html
    assert [language for language, _ in clinic.voice.said.values()] == ["es", "en"]
