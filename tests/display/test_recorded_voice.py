"""A recorded voice: what it says, in which order, how long; what falls back; what is refused, and why."""

import io
import math
import shutil
import wave
import zipfile
from array import array
from pathlib import Path

import pytest

from tests.display.sound import opened, part, seconds, tone
from turnero.cli import main
from turnero.display.voice import espeak, fragments, recorded
from turnero.display.voice.chime import RATE, silence
from turnero.display.voice.port import Line, NoVoice, VoiceError
from turnero.display.voice.script import length_ms, render, scripts, wav

#: fragment -> a tone that nobody confuses with another, Hz
TONES = {
    "ticket": 400,
    "a": 700,
    "47": 1_000,
    "40": 1_300,
    "y": 1_600,
    "7": 1_900,
    "ventanilla": 2_300,
    "3": 2_700,
}
LASTS_MS = 300

MANIFEST = """
language = "es"
name = "Tonos"
gap_ms = 50
pause_ms = 200
[words]
ticket = "ticket.wav"
ventanilla = "ventanilla.wav"
y = "y.wav"
[letters]
A = "a.wav"
[numbers]
47 = "47.wav"
40 = "40.wav"
7 = "7.wav"
3 = "3.wav"
"""


def sine(hz: float, ms: int = LASTS_MS) -> bytes:
    return array(
        "h",
        (round(12_000 * math.sin(2 * math.pi * hz * n / RATE)) for n in range(RATE * ms // 1000)),
    ).tobytes()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "data" / "voices" / "es"
    made.mkdir(parents=True)
    (made / "voice.toml").write_text(MANIFEST)
    for name, hz in TONES.items():
        (made / f"{name}.wav").write_bytes(wav(sine(hz)))
    return made


def voice_of(folder: Path) -> recorded.Recorded:
    found = recorded.found(folder.parent.parent, NoVoice())
    assert isinstance(found, recorded.Recorded)
    return found


def loudest(sound: "array[int]") -> str:
    return max(TONES, key=lambda name: tone(sound, TONES[name]))


def heard(data: bytes, lengths: list[int]) -> list[str]:
    """Which tone sounds in each stretch; every second stretch is a silence."""
    sound = opened(wav(data))
    at, found = 0, []
    for n, ms in enumerate(lengths):
        stretch = part(sound, at, at + ms)
        if n % 2:
            assert max(map(abs, stretch)) < 20
        else:
            found.append(loudest(stretch))
        at += ms
    assert seconds(sound) == pytest.approx(at / 1000, abs=0.01)
    return found


def test_a_sentence_is_its_fragments_in_order_with_its_pauses(folder: Path) -> None:
    voice = voice_of(folder)
    line = Line("es", "Ticket A cuarenta y siete, ventanilla tres")
    lengths = [300, 50, 300, 50, 300, 200, 300, 50, 300]
    # the longest fragment is taken: 47 as it was said, not 40, "y" and 7
    assert heard(voice.say(line), lengths) == ["ticket", "a", "47", "ventanilla", "3"]
    assert voice.lasts_ms(line) == sum(lengths)


def test_a_number_that_was_not_recorded_is_made_of_its_words(folder: Path) -> None:
    manifest = folder / "voice.toml"
    manifest.write_text(MANIFEST.replace('47 = "47.wav"', ""))
    said = heard(
        voice_of(folder).say(Line("es", "A cuarenta y siete")), [300, 50, 300, 50, 300, 50, 300]
    )
    assert said == ["a", "40", "y", "7"]


def test_figures_are_said_as_numbers_and_a_telephone_number_digit_by_digit(folder: Path) -> None:
    voice = voice_of(folder)
    said = heard(voice.say(Line("es", "Ventanilla 47")), [300, 50, 300])
    assert said == ["ventanilla", "47"]
    assert heard(voice.say(Line("es", "7 3 7")), [300, 50, 300, 50, 300]) == ["7", "3", "7"]


def test_a_recorded_sentence_may_hold_figures(folder: Path) -> None:
    manifest = folder / "voice.toml"
    whole = '[words]\n"cuelgue y marque 106" = "a.wav"'
    manifest.write_text(MANIFEST.replace("[words]", whole))
    assert heard(voice_of(folder).say(Line("es", "Cuelgue y marque 106.")), [300]) == ["a"]


@pytest.mark.requires("espeak-ng")
def test_a_sentence_that_lacks_a_word_is_the_synthesisers_whole(folder: Path) -> None:
    synthetic = espeak.find()
    voice = recorded.found(folder.parent.parent, synthetic)
    for text in (
        "Ticket B cuarenta y siete, ventanilla tres",
        "Ticket A cuarenta y siete, Farmacia",
    ):
        assert voice.say(Line("es", text)) == synthetic.say(Line("es", text))
    english = Line("en", "Ticket A forty-seven, desk three")
    assert voice.say(english) == synthetic.say(english)
    assert not voice.speaks("fr")


def test_without_a_synthesiser_what_lacks_is_the_chime(folder: Path) -> None:
    voice = voice_of(folder)
    assert voice.speaks("es")
    assert not voice.speaks("en")
    with pytest.raises(VoiceError):
        voice.say(Line("es", "Ticket B siete"))


def test_a_set_may_have_its_own_chime_and_a_silent_board_waits_as_long(folder: Path) -> None:
    (folder / "gong.wav").write_bytes(wav(sine(3_000, 1_500)))
    (folder / "voice.toml").write_text('chime = "gong.wav"\n' + MANIFEST)
    voice = voice_of(folder)
    call = scripts("A047", "3", ("es",), "pe", voice)
    sound = opened(render(call.full, voice))
    assert tone(part(sound, 100, 1_400), 3_000) > 0.3
    assert length_ms(call.full, voice) / 1000 == pytest.approx(seconds(sound), abs=0.02)
    assert length_ms(call.bare, voice) == 1_850


@pytest.mark.requires("espeak-ng")
def test_fragments_made_by_the_synthesiser_sound_as_long_as_they_are(tmp_path: Path) -> None:
    synthetic = espeak.find()
    folder = tmp_path / "voices" / "es"
    folder.mkdir(parents=True)
    (folder / "voice.toml").write_text(MANIFEST)
    for name, text in {
        **dict.fromkeys(TONES, ""),
        "a": "A",
        "47": "cuarenta y siete",
        "40": "cuarenta",
        "7": "siete",
        "3": "tres",
        "y": "y",
        "ticket": "ticket",
        "ventanilla": "ventanilla",
    }.items():
        (folder / f"{name}.wav").write_bytes(wav(synthetic.say(Line("es", text))))
    voice = recorded.found(tmp_path, synthetic)
    line = Line("es", "Ticket A cuarenta y siete, ventanilla tres")
    whole = voice.say(line)
    assert whole != synthetic.say(line)
    assert len(whole) / 2 / RATE == pytest.approx(voice.lasts_ms(line) / 1000, abs=0.01)
    spoken = opened(wav(whole))
    low = sum(tone(spoken, hz) for hz in range(100, 900, 25))
    assert low > 10 * sum(tone(spoken, hz) for hz in range(9_000, 9_800, 25))


def test_a_zip_is_as_good_as_a_folder_and_another_recording_has_another_name(folder: Path) -> None:
    before = voice_of(folder)
    packed = folder.parent / "es.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for one in folder.iterdir():
            archive.write(one, one.name)
    line = Line("es", "Ticket A siete, ventanilla tres")
    said = before.say(line)
    shutil.rmtree(folder)
    after = voice_of(folder)
    assert (after.say(line), after.name) == (said, before.name)
    packed.unlink()
    folder.mkdir()
    (folder / "voice.toml").write_text(MANIFEST)
    for name in TONES:
        (folder / f"{name}.wav").write_bytes(wav(sine(555)))
    assert voice_of(folder).name != before.name


def odd(rate: int = RATE, width: int = 2, channels: int = 1) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setframerate(rate)
        file.setsampwidth(width)
        file.setnchannels(channels)
        file.writeframes(silence(400))
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("a.wav", None, "a.wav is named in voice.toml, but it is not there"),
        ("a.wav", b"ID3 an mp3", "a.wav is no WAV of plain samples"),
        ("a.wav", odd(44_100), "44100 Hz.*ffmpeg -i IN.wav -ar 22050 -ac 1"),
        ("a.wav", odd(channels=2), "2 channels"),
        ("a.wav", odd(width=1), "8 bits"),
        ("a.wav", wav(silence(400))[:900], "a.wav is cut off"),
        ("a.wav", wav(silence(10)), "lasts 0.01 s"),
        ("a.wav", wav(silence(11_000)), "lasts 11.00 s"),
        ("voice.toml", None, "has no voice.toml"),
        ("voice.toml", b"language = ", "voice.toml: "),
        ("voice.toml", b"language = 'es'\nvolume = 3", "unknown field `volume`"),
        ("voice.toml", b"language = 'es'\ngap_ms = -40", "gap_ms"),
        ("voice.toml", b"language = 'es'\npause_ms = 60_000", "pause_ms"),
        ("voice.toml", b"language = 'fr'", "'fr' is none of es, en, pt, qu"),
        ("voice.toml", b"language = 'es'\n[numbers]\nuno = '7.wav'", "'uno' under .numbers. is no number"),
        ("voice.toml", b"language = 'es'\n[letters]\nAB = '7.wav'", "'AB' under .letters. is no letter"),
        ("voice.toml", b"language = 'es'\n[words]\n'.' = '7.wav'", "has no words"),
        ("voice.toml", b"language = 'es'\n[words]\nsi = '../es/7.wav'", "../es/7.wav is named .* not there"),
    ],
)  # fmt: skip
def test_a_set_that_cannot_be_used_says_why_and_the_other_voice_speaks(
    folder: Path, name: str, data: bytes | None, why: str, caplog: pytest.LogCaptureFixture
) -> None:
    (folder / name).unlink()
    if data is not None:
        (folder / name).write_bytes(data)
    with pytest.raises(fragments.FragmentError, match=why):
        fragments.load(folder)
    other = NoVoice()
    assert recorded.found(folder.parent.parent, other) is other
    assert "recorded voice not used" in caplog.text


def test_the_command_says_what_lacks_and_what_is_wrong(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["voice", "check", str(folder)])
    assert not ended.value.code
    said = capsys.readouterr().out
    assert "8 fragments in es, chime: our own" in said
    assert "usual ones lack" in said
    (folder / "7.wav").unlink()
    with pytest.raises(SystemExit) as ended:
        main(["voice", "check", str(folder)])
    assert ended.value.code == 1
    assert "7.wav is named in voice.toml" in capsys.readouterr().err
