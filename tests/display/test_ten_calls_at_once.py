"""Ten desks call at once: the room hears ten announcements, each whole, in order, none over another.

Two witnesses: what the player of the page began and ended by the machine's clock, held against the
lengths of the WAVs that the server gave; and the sound itself, recorded in the page behind the player.

Once with recorded fragments of a tenth of a second, in every run of the tests; once with the synthetic
voice, whose ten announcements take half a minute, so that the queue must leave out chimes too.
"""

import base64
import math
from array import array
from pathlib import Path

import httpx
import pytest
from playwright.async_api import Page, expect

from tests.browser.listening import LISTEN, heard
from tests.display.conftest import Board
from tests.display.sound import opened, rms, seconds
from tests.display.test_board_page import large, ready
from tests.display.waiting_room import Room
from turnero.display.voice.chime import RATE, pcm
from turnero.display.voice.script import wav

pytestmark = pytest.mark.requires("chromium")

CALLS = 10

#: Records what the page's players play, one after another, as one track of samples.
RECORD = """
(() => {
  const context = new AudioContext({ sampleRate: 22050 });
  const tap = context.createScriptProcessor(16384, 1, 1);
  const chunks = [];
  tap.onaudioprocess = ({ inputBuffer }) => chunks.push(inputBuffer.getChannelData(0).slice());
  tap.connect(context.destination);
  const play = HTMLMediaElement.prototype.play;
  const known = new WeakSet();
  HTMLMediaElement.prototype.play = function () {
    if (!known.has(this)) {
      known.add(this);
      context.createMediaElementSource(this).connect(tap);
    }
    context.resume();
    return play.call(this);
  };
  window.recorded = () => {
    const all = new Int16Array(chunks.length * 16384);
    chunks.forEach((chunk, n) => chunk.forEach((value, at) => {
      all[n * 16384 + at] = Math.max(-1, Math.min(1, value)) * 32767;
    }));
    const bytes = new Uint8Array(all.buffer);
    let text = "";
    for (let at = 0; at < bytes.length; at += 32768)
      text += String.fromCharCode(...bytes.subarray(at, at + 32768));
    return btoa(text);
  };
})();
"""


async def recorded(page: Page) -> "array[int]":
    """What sounded so far."""
    track = array("h")
    track.frombytes(base64.b64decode(await page.evaluate("recorded()")))
    return track


def stretches(track: "array[int]", quiet_ms: int = 300) -> list[tuple[int, int]]:
    """Where something sounds, by sample: stretches that are parted by a silence."""
    step = RATE // 100
    loud = [at for at in range(0, len(track) - step, step) if rms(track[at : at + step]) > 0.002]
    found: list[list[int]] = []
    for at in loud:
        if found and at - found[-1][1] < RATE * quiet_ms // 1000:
            found[-1][1] = at + step
        else:
            found.append([at, at + step])
    return [(start, end) for start, end in found]


def envelope(sound: "array[int]") -> list[float]:
    """How loud it is, fifty times a second."""
    step = RATE // 50
    return [rms(sound[at : at + step]) for at in range(0, len(sound) - step, step)]


def alike(one: list[float], other: list[float]) -> float:
    """The best correlation of two envelopes, shifted by up to a fifth of a second."""
    best = -1.0
    for shift in range(-10, 11):
        pairs = list(zip(one[max(0, shift) :], other[max(0, -shift) :], strict=False))
        means = [sum(values) / len(pairs) for values in zip(*pairs, strict=True)]
        across = sum((a - means[0]) * (b - means[1]) for a, b in pairs)
        scale = sum((a - means[0]) ** 2 for a, _ in pairs) * sum(
            (b - means[1]) ** 2 for _, b in pairs
        )
        best = max(best, across / (scale**0.5 or 1.0))
    return best


@pytest.fixture
def quick_voice(tmp_path: Path) -> None:
    """A recorded set of tones, each as long as a quick syllable, in the data folder."""
    folder = tmp_path / "voices" / "es"
    folder.mkdir(parents=True)
    numbers = {str(n): f"{n}.wav" for n in range(1, CALLS + 1)}
    words = {"ticket": "ticket.wav", "ventanilla": "ventanilla.wav"}
    files = ["chime.wav", "c.wav", *numbers.values(), *words.values()]
    for at, name in enumerate(files):
        turn = 2 * math.pi * (300 + 60 * at) / RATE
        loud = 4_000 + 1_500 * at
        tone = array("h", (round(loud * math.sin(turn * n)) for n in range(RATE // 10)))
        (folder / name).write_bytes(wav(pcm(tone)))

    def table(files: dict[str, str]) -> str:
        return "\n".join(f'{key} = "{name}"' for key, name in files.items())

    (folder / "voice.toml").write_text(
        f'language = "es"\nchime = "chime.wav"\n[letters]\nC = "c.wav"\n'
        f"[numbers]\n{table(numbers)}\n[words]\n{table(words)}\n"
    )


async def test_ten_calls_at_once_all_sound_whole_in_order_and_none_over_another(
    quick_voice: None, room: Room, show_board: Board
) -> None:
    del quick_voice
    await _ten_sound_whole_in_order_and_none_over_another(room, show_board)


@pytest.mark.long
@pytest.mark.timeout(150)
@pytest.mark.requires("espeak-ng")
async def test_ten_calls_at_once_in_the_synthetic_voice(room: Room, show_board: Board) -> None:
    await _ten_sound_whole_in_order_and_none_over_another(room, show_board)


async def _ten_sound_whole_in_order_and_none_over_another(room: Room, show_board: Board) -> None:
    page = await show_board(sound=True, before=RECORD + LISTEN)
    await ready(page)
    await expect(page.locator("#sound")).to_be_hidden()
    numbers = [(await room.call("v1" if n % 2 else "v2"))[1] for n in range(CALLS)]
    await large(page, numbers[0], "calling")
    # the last of them is said a good half a minute later
    await expect(page.locator("#call .number strong")).to_have_text(numbers[-1], timeout=90_000)
    await expect(page.locator("#now")).to_have_attribute("data-state", "rest", timeout=20_000)

    chime = await page.locator("#board").get_attribute("data-chime")
    began = [one for one in await heard(page, "playing") if not one["url"].endswith(chime)]
    # A player that had to wait for its bytes says again that it plays.
    began = [one for at, one in enumerate(began) if not at or one["url"] != began[at - 1]["url"]]
    ended = [one for one in await heard(page, "ended") if not one["url"].endswith(chime)]
    assert len(began) == len(ended) == CALLS
    assert [one["url"] for one in began] == [one["url"] for one in ended]
    addresses = {
        str(node)
        for node in await page.locator("#calls li").evaluate_all(
            "nodes => nodes.flatMap((one) => [one.dataset.full, one.dataset.brief, one.dataset.bare])"
        )
    }
    assert {one["url"].removeprefix(room.url) for one in began[-4:]} <= addresses
    async with httpx.AsyncClient(cookies={"turnero_board": "hall-1"}) as client:
        wavs = [opened((await client.get(one["url"])).content) for one in began]
    for start, end, sound in zip(began, ended, wavs, strict=True):
        # to its end, and for as long as it is
        assert end["played"] == pytest.approx(seconds(sound), abs=0.1)
        assert (end["at"] - start["at"]) / 1000 > seconds(sound) - 0.35
    for end, start in zip(ended, began[1:], strict=False):
        assert start["at"] >= end["at"], "one began before the other was over"
    # each call is one of its own, none twice
    assert len({one["url"] for one in began}) == CALLS

    track = await recorded(page)
    found = stretches(track)
    assert len(found) == CALLS
    spoken = [envelope(sound) for sound in wavs]
    for place, (first, last) in enumerate(found):
        assert (last - first) / RATE == pytest.approx(seconds(wavs[place]), abs=0.4)
        assert alike(envelope(track[first:last]), spoken[place]) > 0.5, place
