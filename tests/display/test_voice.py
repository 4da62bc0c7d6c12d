"""Speech by espeak-ng, listened to by its length and spectrum; and what sounds where it is missing."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.display.sound import opened, part, rms, seconds, tone
from turnero.display.voice import espeak
from turnero.display.voice.chime import chime
from turnero.display.voice.port import Line, NoVoice, Voice, VoiceError
from turnero.display.voice.script import Script, key, length_ms, render, scripts, wav

needs_espeak = pytest.mark.requires("espeak-ng")


@pytest.fixture
def voice() -> Voice:
    found = espeak.find()
    assert found.name.startswith("espeak-ng 1.")
    return found


def ipa(language: str, text: str) -> str:
    """How espeak-ng would pronounce the line."""
    line = Line(language, text)
    voice = {"es": "es-419", "en": "en", "pt": "pt-br", "qu": "qu"}[language]
    done = subprocess.run(
        ["espeak-ng", "-q", "--ipa", "-v", voice, espeak.spelling(line)],
        capture_output=True, text=True, timeout=10, check=True,
    )  # fmt: skip
    return " ".join(done.stdout.split())


@needs_espeak
def test_a_whole_announcement_is_chime_then_speech_of_four_to_five_seconds(voice: Voice) -> None:
    call = scripts("A047", "3", ("es",), "pe", voice)
    sound = opened(render(call.full, voice))
    assert 4.0 < seconds(sound) < 5.0
    assert tone(part(sound, 20, 280), 659.255) > 0.1
    speech = part(sound, 1_020, 10_000)
    # A voice: loud below 1 kHz, hardly anything above 9 kHz, and the room's chime no longer there.
    assert rms(speech) > 0.04
    assert sum(tone(speech, hz) for hz in range(100, 900, 25)) > 20 * sum(
        tone(speech, hz) for hz in range(9_000, 9_800, 25)
    )


@needs_espeak
def test_no_announcement_begins_or_ends_with_silence(voice: Voice) -> None:
    for printed in ("A1", "C999", "L1001"):
        speech = opened(render(scripts(printed, "3", ("es",), "pe", voice).bare, voice))
        assert rms(part(speech, 0, 150)) > 0.005
        assert rms(speech[-22_050 // 4 :]) > 0.005


@needs_espeak
@pytest.mark.parametrize(
    ("language", "letter", "sounds"),
    [
        ("es", "A", "ˈa "), ("es", "C", "sˈe "), ("es", "H", "ˈatʃe "), ("es", "Y", "ˈi "),
        ("en", "A", "ˈeɪ "), ("en", "E", "ˈiː "), ("en", "H", "ˈeɪtʃ "),
        ("pt", "A", "ˈa "), ("pt", "C", "sˈe "), ("pt", "E", "ˈɛ "),
        ("qu", "A", "ˈaː "), ("qu", "C", "sˈe "), ("qu", "F", "ˈefe "),
    ],
)  # fmt: skip
def test_a_letter_is_named_and_not_read_as_a_word(language: str, letter: str, sounds: str) -> None:
    from turnero.display.voice.words import ticket

    assert ipa(language, ticket(f"{letter}047", language)).startswith(sounds)


@needs_espeak
def test_quechua_numbers_are_said_in_quechua() -> None:
    assert "tʃˈunka" in ipa("qu", "tawa chunka qanchisniyuq")
    assert "haː" not in ipa("qu", "ch'usaq")  # the apostrophe would be read as a letter name


@needs_espeak
def test_each_language_has_a_voice_of_its_own(voice: Voice) -> None:
    heard = {
        language: voice.say(Line(language, "A cuarenta y siete"))
        for language in ("es", "en", "pt", "qu")
    }
    assert len(set(heard.values())) == 4


@needs_espeak
def test_a_second_language_follows_the_first_and_is_what_a_busy_zone_leaves_out(
    voice: Voice,
) -> None:
    call = scripts("A047", "3", ("es", "en"), "pe", voice)
    full, brief, bare = (
        seconds(opened(render(each, voice))) for each in (call.full, call.brief, call.bare)
    )
    assert [line.language for line in call.full.lines] == ["es", "en"]
    assert full > brief + 2
    assert brief - bare == pytest.approx(1.02, abs=0.01)


@needs_espeak
@pytest.mark.parametrize(
    ("printed", "desk"), [("A1", "Farmacia"), ("A047", "3"), ("C999", "Consultorio 101")]
)
def test_the_length_that_a_silent_board_waits_is_about_the_real_one(
    voice: Voice, printed: str, desk: str
) -> None:
    for script in (call := scripts(printed, desk, ("es", "en"), "co", voice)).full, call.bare:
        assert length_ms(script, voice) / 1000 == pytest.approx(
            seconds(opened(render(script, voice))), rel=0.25
        )


@needs_espeak
def test_a_name_that_looks_like_an_option_or_a_phoneme_code_is_only_read(voice: Voice) -> None:
    assert seconds(opened(wav(voice.say(Line("es", "--path=/tmp [[eI]] -w x.wav"))))) > 1


def test_where_no_voice_is_installed_the_chime_sounds_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    voice = espeak.find()
    assert isinstance(voice, NoVoice)
    call = scripts("A047", "3", ("es", "en"), "pe", voice)
    assert render(call.full, voice) == render(call.bare, voice) == wav(chime())
    with pytest.raises(VoiceError, match="espeak-ng"):
        voice.say(Line("es", "A"))


def program(folder: Path, body: str) -> str:
    path = folder / "espeak-ng"
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("exec sleep 30", "nothing within 0.5 s"),
        ("echo 'no such voice' >&2; exit 2", "ended with 2: no such voice"),
        ("cat >/dev/null", "gave no sound"),
    ],
)
def test_a_voice_that_fails_says_why(tmp_path: Path, body: str, why: str) -> None:
    voice = espeak.Espeak(program(tmp_path, body), "0", timeout_s=0.5)
    with pytest.raises(VoiceError, match=why):
        voice.say(Line("es", "A"))


def test_a_voice_that_was_uninstalled_says_so(tmp_path: Path) -> None:
    with pytest.raises(VoiceError, match="could not be started"):
        espeak.Espeak(os.fspath(tmp_path / "gone"), "1").say(Line("es", "A"))


def test_a_sound_has_one_name_for_the_same_words_and_voice_and_another_for_others() -> None:
    class Other(NoVoice):
        name = "other"

    script = Script(chime=True, lines=(Line("es", "uno"),))
    assert key(script, NoVoice()) == key(Script(chime=True, lines=(Line("es", "uno"),)), NoVoice())
    names = {
        key(script, NoVoice()),
        key(script, Other()),
        key(Script(chime=False, lines=script.lines), NoVoice()),
        key(Script(chime=True, lines=(Line("en", "uno"),)), NoVoice()),
    }
    assert len(names) == 4
