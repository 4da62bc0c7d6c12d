"""How the tests listen: lengths, levels and the strength of single tones, with the standard library alone."""

import io
import math
import wave
from array import array

from turnero.display.voice.chime import RATE, samples


def opened(wav: bytes) -> "array[int]":
    """The samples of a WAV, which must be 22 050 Hz, 16 bit, mono."""
    with wave.open(io.BytesIO(wav)) as file:
        assert (file.getframerate(), file.getsampwidth(), file.getnchannels()) == (RATE, 2, 1)
        frames = file.getnframes()
        data = file.readframes(frames)
    assert len(data) == 2 * frames
    return samples(data)


def seconds(sound: "array[int]") -> float:
    return len(sound) / RATE


def rms(sound: "array[int]") -> float:
    """Root mean square, 0..1."""
    return math.sqrt(sum(value * value for value in sound) / max(1, len(sound))) / 32768


def tone(sound: "array[int]", hz: float) -> float:
    """Goertzel: the amplitude of one frequency, 0..1."""
    turn = 2 * math.cos(2 * math.pi * hz / RATE)
    before = last = 0.0
    for value in sound:
        before, last = last, value + turn * last - before
    power = last * last + before * before - turn * last * before
    return 2 * math.sqrt(max(0.0, power)) / max(1, len(sound)) / 32768


def part(sound: "array[int]", start_ms: int, end_ms: int) -> "array[int]":
    return sound[RATE * start_ms // 1000 : RATE * end_ms // 1000]
