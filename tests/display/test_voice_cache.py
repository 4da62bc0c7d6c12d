"""Rendered sounds on disk: whole or absent, bounded, and only what was announced."""

import asyncio
import os
from pathlib import Path

import pytest

from turnero.display.voice.cache import Cache
from turnero.display.voice.chime import chime
from turnero.display.voice.port import Line, NoVoice, VoiceError
from turnero.display.voice.script import Script, wav
from turnero.display.voice.studio import REMEMBERED, Studio

A, B, C = ("a" * 32, "b" * 32, "c" * 32)


class Spoken(NoVoice):
    """A voice that counts how often it is asked, and fails when told to."""

    name = "spoken"

    def __init__(self) -> None:
        self.asked = 0
        self.broken = False

    def speaks(self, _language: str, /) -> bool:
        return True

    def say(self, line: Line, /) -> bytes:
        self.asked += 1
        if self.broken:
            raise VoiceError("broken")
        return line.text.encode() * 2


def line(text: str) -> Script:
    return Script(chime=False, lines=(Line("es", text),))


def test_what_is_put_is_found_again_and_nothing_half_written_is(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "voice")
    assert cache.get(A) is None
    assert cache.put(A, b"sound")
    assert cache.get(A) == b"sound"
    (tmp_path / "voice" / "x.part").write_bytes(b"half")
    cache.sweep()
    assert [path.name for path in (tmp_path / "voice").iterdir()] == [f"{A}.wav"]


def test_the_folder_keeps_within_its_bound_and_the_longest_unheard_goes_first(
    tmp_path: Path,
) -> None:
    cache = Cache(tmp_path, bound_bytes=250)
    for age, key in ((300, A), (200, B)):
        cache.put(key, b"x" * 100)
        os.utime(tmp_path / f"{key}.wav", (1e9 - age, 1e9 - age))
    assert cache.get(A)  # heard again: now B is the longest unheard
    cache.put(C, b"x" * 100)
    assert cache.get(B) is None
    assert cache.get(A)
    assert cache.get(C)


@pytest.mark.parametrize("key", ["../secret", "A" * 32, "", "a" * 33, "a" * 31 + "/"])
def test_a_name_that_is_no_hash_never_reaches_the_disk(tmp_path: Path, key: str) -> None:
    cache = Cache(tmp_path)
    (tmp_path.parent / "secret.wav").write_bytes(b"secret")
    assert cache.get(key) is None
    with pytest.raises(ValueError, match="not the name of a sound"):
        cache.put(key, b"")


def test_a_disk_that_refuses_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "voice").write_text("a file where the folder should be")
    assert Cache(tmp_path / "voice").put(A, b"sound") is False


async def test_only_what_was_announced_has_a_sound(tmp_path: Path) -> None:
    studio = Studio(Spoken(), Cache(tmp_path))
    assert await studio.sound(A) is None
    name = studio.name(line("uno"))
    found = await studio.sound(name)
    assert found is not None
    assert found.wav == wav(b"unouno")
    assert found.lasting


async def test_boards_that_ask_at_once_share_one_rendering_and_later_ones_the_file(
    tmp_path: Path,
) -> None:
    voice = Spoken()
    studio = Studio(voice, Cache(tmp_path))
    name = studio.name(line("uno"))
    heard = await asyncio.gather(*(studio.sound(name) for _ in range(5)))
    assert len(set(heard)) == 1
    assert voice.asked == 1
    again = Studio(voice, Cache(tmp_path))  # the server was started anew
    assert await again.sound(name) == heard[0]
    assert voice.asked == 1


async def test_a_voice_that_fails_gives_the_chime_and_is_asked_again_next_time(
    tmp_path: Path,
) -> None:
    voice = Spoken()
    studio = Studio(voice, Cache(tmp_path))
    name = studio.name(line("uno"))
    voice.broken = True
    first = await studio.sound(name)
    assert first is not None
    assert (first.wav, first.lasting) == (wav(chime()), False)
    voice.broken = False
    second = await studio.sound(name)
    assert second is not None
    assert (second.wav, second.lasting) == (wav(b"unouno"), True)


async def test_names_are_forgotten_in_the_end_and_their_files_stay(tmp_path: Path) -> None:
    studio = Studio(Spoken(), Cache(tmp_path))
    kept, lost = studio.name(line("kept")), studio.name(line("lost"))
    await studio.sound(kept)
    for n in range(REMEMBERED):
        studio.name(line(str(n)))
    assert await studio.sound(lost) is None
    assert await studio.sound(kept) is not None
