"""The voice lent to other rooms' pages."""

from pathlib import Path

import pytest

from tests.display.sound import opened, rms, seconds
from turnero.display.voice import espeak
from turnero.display.voice.cache import Cache
from turnero.display.voice.guidance import Guidance, said
from turnero.display.voice.port import Line, NoVoice
from turnero.display.voice.studio import Studio
from turnero.web.speech import Speech


def guidance(folder: Path) -> Speech:
    return Guidance(Studio(espeak.find(), Cache(folder)))


@pytest.mark.requires("espeak-ng")
async def test_a_sentence_is_spoken_without_a_chime(tmp_path: Path) -> None:
    speech = guidance(tmp_path)
    name = speech.name("Toque el servicio que necesita", "es")
    assert name is not None
    sound = await speech.sound(name)
    assert sound is not None
    assert 1 < seconds(opened(sound)) < 4
    assert rms(opened(sound)) > 0.03


@pytest.mark.requires("espeak-ng")
async def test_a_printed_number_sounds_as_it_is_called(tmp_path: Path) -> None:
    speech = guidance(tmp_path)
    assert speech.name("Su ticket es A047.", "es") == speech.name(
        "Su ticket es A cuarenta y siete.", "es"
    )
    assert said("Yupay 47", "qu") == "Yupay tawa chunka qanchisniyuq"


@pytest.mark.requires("espeak-ng")
async def test_quechua_is_written_and_not_spoken_until_a_native_speaker_approves(
    tmp_path: Path,
) -> None:
    assert guidance(tmp_path).name("Rimaykullayki", "qu") is None


async def test_a_language_without_a_voice_has_no_name(tmp_path: Path) -> None:
    silent = Guidance(Studio(NoVoice(), Cache(tmp_path)))
    assert silent.name("Hola", "es") is None
    assert guidance(tmp_path).name("Bonjour", "fr") is None
    assert guidance(tmp_path).name("  ", "es") is None


async def test_what_no_page_offered_is_not_spoken(tmp_path: Path) -> None:
    assert await guidance(tmp_path).sound("0" * 32) is None


@pytest.mark.parametrize(
    ("language", "text", "spelt"),
    [
        ("es", "Ticket A cuarenta y siete, ventanilla tres", "Ticket A, cuarenta y siete, ventanilla tres"),
        ("es", "A B siete", "A, B, siete"),
        ("es", "A la derecha", "A la derecha"),
        ("es", "Consultorio A", "Consultorio A,"),
        ("en", "A ticket for E one hundred", "A ticket for E, one hundred"),
        ("en", "Shall I help", "Shall I help"),
        ("qu", "Ticket C tawa", "Ticket se, tawa"),
    ],
)  # fmt: skip
def test_only_letters_before_a_number_or_at_the_end_are_named(
    language: str, text: str, spelt: str
) -> None:
    assert espeak.spelling(Line(language, text)) == spelt
