"""Sentences as an exchange plays them: narrow, whole, rendered once, and never nothing."""

import errno
import io
import math
import wave
from array import array
from pathlib import Path

import pytest

from turnero.display.voice import espeak
from turnero.display.voice.cache import Cache
from turnero.display.voice.guidance import Guidance
from turnero.display.voice.port import NoVoice, Voice
from turnero.display.voice.studio import Studio
from turnero.telephony import sounds as sounds_module
from turnero.telephony.exchange import HOLDING, Say
from turnero.telephony.ivr import texts
from turnero.telephony.ivr.spoken import groups, spoken
from turnero.telephony.ivr.words import Sentence
from turnero.telephony.narrowband import (
    LOUDEST,
    RATE,
    SoundError,
    holding,
    narrowed,
    resampled,
    whole,
)
from turnero.telephony.sounds import Sounds

SENTENCE = Say("Si es una emergencia, cuelgue y marque 106.", "es")


def house(folder: Path, voice: Voice | None = None, held: Path | None = None) -> Sounds:
    speech = Guidance(Studio(voice or espeak.find(), Cache(folder / "wide")))
    return Sounds(speech, folder / "narrow", held=held)


def samples(wav: bytes) -> "array[int]":
    with wave.open(io.BytesIO(wav)) as file:
        assert (file.getframerate(), file.getsampwidth(), file.getnchannels()) == (RATE, 2, 1)
        data = array("h")
        data.frombytes(file.readframes(file.getnframes()))
    return data


def wav_of(values: list[float], rate: int, channels: int = 1) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(array("h", map(round, values)).tobytes())
    return out.getvalue()


def tone(hertz: float, rate: int, seconds: float = 0.5, loud: float = 20_000) -> list[float]:
    return [loud * math.sin(2 * math.pi * hertz * at / rate) for at in range(round(rate * seconds))]


def strength(sound: list[float], hertz: float, rate: int = RATE) -> float:
    """The amplitude of one frequency."""
    real = sum(v * math.cos(2 * math.pi * hertz * at / rate) for at, v in enumerate(sound))
    imag = sum(v * math.sin(2 * math.pi * hertz * at / rate) for at, v in enumerate(sound))
    return 2 * math.hypot(real, imag) / len(sound)


@pytest.mark.requires("espeak-ng")
async def test_what_was_rendered_is_played_though_nothing_can_be_written_any_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rendered = await house(tmp_path).file(SENTENCE)

    def read_only(*_given: object, **_named: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr("os.utime", read_only)
    monkeypatch.setattr("tempfile.mkstemp", read_only)
    assert await house(tmp_path).file(SENTENCE) == rendered


@pytest.mark.parametrize("rate", [22_050, 16_000, 44_100])
def test_what_a_telephone_carries_stays_and_what_it_cannot_does_not_come_back_as_noise(
    rate: int,
) -> None:
    for hertz in (300, 1_000, 2_500, 3_300):
        assert strength(resampled(tone(hertz, rate), rate)[400:-400], hertz) == pytest.approx(
            20_000, rel=0.03
        )
    for hertz in (4_400, 5_000, 7_000):
        mirrored = resampled(tone(hertz, rate), rate)[400:-400]
        assert max(map(abs, mirrored)) < 20_000 / 200


def test_the_length_stays_and_a_loud_sound_is_brought_down_and_not_clipped() -> None:
    loud = [32_767.0 if at // 40 % 2 else -32_767.0 for at in range(22_050)]
    heard = samples(narrowed(wav_of(loud, 22_050)))
    assert len(heard) / RATE == pytest.approx(1.16, abs=0.01)
    assert max(map(abs, heard)) == LOUDEST
    assert sum(abs(value) == LOUDEST for value in heard) < 40
    quiet = samples(whole(tone(440, RATE, loud=3_000)))
    assert max(map(abs, quiet)) == pytest.approx(3_000, abs=5)


def test_of_two_channels_one_is_taken_and_at_the_telephones_rate_nothing_is_changed() -> None:
    mono = tone(700, RATE)
    both = [value for one in mono for value in (one, 0.0)]
    assert samples(narrowed(wav_of(both, RATE, 2))) == samples(narrowed(wav_of(mono, RATE)))


@pytest.mark.parametrize("wrong", [b"", b"RIFF", wav_of([], 22_050), wav_of([1.0] * 9, 4_000)])
def test_what_is_no_sound_is_refused(wrong: bytes) -> None:
    with pytest.raises(SoundError):
        narrowed(wrong)


def test_who_holds_hears_something_soft_every_five_seconds() -> None:
    heard = samples(holding())
    assert len(heard) / RATE == pytest.approx(20.16)
    for second in range(0, 20, 5):
        part = heard[second * RATE : (second + 3) * RATE]
        assert 3_000 < max(map(abs, part)) < 6_000


@pytest.mark.requires("espeak-ng")
async def test_a_sentence_becomes_a_file_that_an_exchange_can_play(tmp_path: Path) -> None:
    sounds = house(tmp_path)
    path = await sounds.file(SENTENCE)
    heard = samples(path.read_bytes())
    assert 2 < len(heard) / RATE < 6
    assert 4_000 < max(map(abs, heard)) <= LOUDEST
    assert await sounds.media(SENTENCE) == f"sound:{path.with_suffix('')}"
    assert path.stat().st_mode & 0o044 == 0o044
    assert path.parent.stat().st_mode & 0o055 == 0o055


def bursts(sound: "array[int]") -> int:
    """How many times somebody speaks: between two there is a quiet of at least 80 ms."""
    step = RATE // 100
    loud = [max(map(abs, sound[at : at + step])) > 700 for at in range(0, len(sound), step)]
    starts = [at for at, one in enumerate(loud) if one and not any(loud[max(0, at - 8) : at])]
    return len(starts)


@pytest.mark.requires("espeak-ng")
@pytest.mark.parametrize("language", ["es", "pt", "en"])
async def test_the_digits_of_a_number_are_said_one_by_one(tmp_path: Path, language: str) -> None:
    sounds = house(tmp_path)
    for group in groups("+51987654321", "PE"):
        heard = samples((await sounds.file(Say(group, language))).read_bytes())
        assert 1.5 < len(heard) / RATE < 3.2
        assert bursts(heard) >= 3, (language, group)


@pytest.mark.requires("espeak-ng")
@pytest.mark.parametrize("language", ["es", "pt", "en"])
async def test_everything_that_the_menu_says_is_loud_enough_and_not_cut(
    tmp_path: Path, language: str
) -> None:
    voice = Guidance(Studio(espeak.find(), Cache(tmp_path)))
    for one in vars(texts).values():
        for say in spoken([one], language) if isinstance(one, Sentence) else ():
            wide = await voice.sound(voice.name(*say) or "")
            assert wide is not None, say
            with wave.open(io.BytesIO(wide)) as file:
                seconds = file.getnframes() / file.getframerate()
                heard = array("h", file.readframes(file.getnframes()))
            # As people speak: from 40 ms a letter to 120.
            assert 0.04 < seconds / len(say.text) < 0.12, say
            assert max(map(abs, heard)) > 12_000, say


@pytest.mark.requires("espeak-ng")
async def test_a_sentence_is_rendered_once_also_after_a_restart(tmp_path: Path) -> None:
    said: list[str] = []

    class Counted:
        def __init__(self) -> None:
            self.voice = Guidance(Studio(espeak.find(), Cache(tmp_path / "wide")))

        def name(self, text: str, language: str) -> str | None:
            return self.voice.name(text, language)

        async def sound(self, name: str) -> bytes | None:
            said.append(name)
            return await self.voice.sound(name)

    import asyncio

    first = Sounds(Counted(), tmp_path / "narrow")
    paths = await asyncio.gather(*(first.file(SENTENCE) for _ in range(5)))
    again = Sounds(Counted(), tmp_path / "narrow")
    assert {*paths, await again.file(SENTENCE)} == {paths[0]}
    assert len(said) == 1


@pytest.mark.requires("espeak-ng")
async def test_a_language_that_no_voice_speaks_is_never_dead_air(tmp_path: Path) -> None:
    sounds = house(tmp_path)
    assert (await sounds.file(Say("Rimaykullayki", "qu"))).read_bytes() == holding()


async def test_without_any_voice_there_is_still_a_sound(tmp_path: Path) -> None:
    sounds = house(tmp_path, NoVoice())
    assert (await sounds.file(SENTENCE)).read_bytes() == holding()
    alone = Sounds(None, tmp_path / "alone")
    assert (await alone.file(HOLDING)).read_bytes() == holding()


async def test_a_site_may_have_its_own_sound_for_those_who_hold(tmp_path: Path) -> None:
    own = tmp_path / "holding.wav"
    own.write_bytes(wav_of(tone(500, 22_050), 22_050))
    first = await house(tmp_path, held=own).file(HOLDING)
    assert first.read_bytes() == narrowed(own.read_bytes())
    own.write_bytes(b"no sound")
    assert (await house(tmp_path, held=own).file(HOLDING)).read_bytes() == holding()


async def test_of_a_site_s_own_sound_who_holds_hears_half_a_minute_that_fades(
    tmp_path: Path,
) -> None:
    own = tmp_path / "holding.wav"
    own.write_bytes(wav_of(tone(500, RATE, 45), RATE))
    heard = samples((await house(tmp_path, held=own).file(HOLDING)).read_bytes())
    assert len(heard) / RATE == pytest.approx(30.16)
    loud = [max(map(abs, heard[second * RATE : (second + 1) * RATE])) for second in range(30)]
    assert min(loud[:28]) > 19_000
    assert loud[27] > loud[28] > loud[29]
    assert max(map(abs, heard[-2_000:])) < 1_000


async def test_a_site_s_own_sound_that_cannot_be_read_keeps_nobody_from_being_spoken_with(
    tmp_path: Path,
) -> None:
    (tmp_path / "holding.wav").mkdir()
    sounds = house(tmp_path, held=tmp_path / "holding.wav")
    assert (await sounds.file(HOLDING)).read_bytes() == holding()


@pytest.mark.requires("espeak-ng")
async def test_the_folder_keeps_within_its_bound_without_what_may_be_playing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import os

    sounds = house(tmp_path)
    old, young = [await sounds.file(Say(text, "es")) for text in ("Uno", "Dos")]
    os.utime(old, (1, 1))
    monkeypatch.setattr(sounds_module, "BOUND_BYTES", 10)
    third = await sounds.file(Say("Tres", "es"))
    assert [path.exists() for path in (old, young, third)] == [False, True, True]


async def test_a_disk_that_takes_nothing_is_an_error_and_no_silence(tmp_path: Path) -> None:
    (tmp_path / "narrow").write_text("a file where the folder should be")
    with pytest.raises(OSError, match="cannot be written"):
        await house(tmp_path, NoVoice()).file(HOLDING)
