"""Sound as telephones carry it: 8000 samples a second, 16 bit, one channel.

Arithmetic on samples alone; what is said, and where it is kept, is sounds.py's.
"""

import io
import math
import wave
from array import array
from collections.abc import Sequence
from functools import cache
from operator import mul
from typing import Final

RATE: Final = 8_000
#: the loudest sample: a narrow margin below full scale, which the line's own coding needs
LOUDEST: Final = 29_000
#: what is above this half of RATE would come back as noise; the last 600 Hz fade out
_PASS_HZ: Final = 3_650
#: taps at the input's rate for each side of a sample, for 22 050 Hz; others in proportion
_REACH_S: Final = 56 / 22_050
_BYTES: Final = 2
#: after a sentence, so that two of them do not run into each other
_PAUSE_MS: Final = 160

#: at the end of one that is cut
_FADE_S: Final = 2

_HOLD_S: Final = 20
_HOLD_EVERY_S: Final = 5
#: a falling and rising chord in C, quiet enough to talk over
_HOLD_NOTES: Final = ((0.0, 523.25), (0.45, 659.26), (0.9, 783.99), (1.35, 659.26))
_HOLD_PEAK: Final = 0.16


class SoundError(Exception):
    """Not a sound that can be used; the message says why."""


def narrowed(wav: bytes, longest_s: int | None = None) -> bytes:
    """A WAV of 16-bit samples at any rate, one channel or two, as one for the telephone.

    A longer one fades out at `longest_s` seconds. Raises `SoundError`.
    """
    try:
        with wave.open(io.BytesIO(wav)) as file:
            rate, width, channels = file.getframerate(), file.getsampwidth(), file.getnchannels()
            frames = file.getnframes() if longest_s is None else longest_s * rate
            data = file.readframes(frames)
            cut = file.tell() < file.getnframes()
    except (wave.Error, EOFError) as wrong:
        raise SoundError(f"no WAV of plain samples: {wrong}") from None
    if width != _BYTES or channels not in (1, 2) or rate < RATE or not data:
        raise SoundError(f"{rate} Hz, {8 * width} bits, {channels} channels, {len(data)} bytes")
    samples = array("h")
    samples.frombytes(data[: len(data) // (_BYTES * channels) * _BYTES * channels])
    if _big_endian():
        samples.byteswap()
    left = [float(value) for value in samples[::channels]]
    if cut:
        fade = min(len(left), _FADE_S * rate)
        left[-fade:] = [value * (1 - at / fade) for at, value in enumerate(left[-fade:])]
    return whole(left if rate == RATE else resampled(left, rate))


def resampled(samples: Sequence[float], rate: int) -> list[float]:
    """The same sound at RATE, by a windowed sinc (Hamming) that lets nothing above 4 kHz through."""
    common = math.gcd(rate, RATE)
    steps, phases = rate // common, RATE // common
    filters = _filters(rate, phases)
    reach = len(filters[0]) // 2
    padded = [0.0] * reach + list(samples) + [0.0] * (reach + 1)
    found: list[float] = []
    for at in range(len(samples) * phases // steps):
        start, phase = divmod(at * steps, phases)
        taps = filters[phase]
        found.append(sum(map(mul, taps, padded[start : start + len(taps)])))
    return found


def whole(samples: Sequence[float]) -> bytes:
    """Samples as a WAV at RATE, brought down where they are louder than LOUDEST, and a pause."""
    peak = max(map(abs, samples), default=0.0)
    scale = LOUDEST / peak if peak > LOUDEST else 1.0
    words = array("h", (round(value * scale) for value in samples))
    words.extend([0] * (RATE * _PAUSE_MS // 1000))
    if _big_endian():
        words.byteswap()
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(_BYTES)
        file.setframerate(RATE)
        file.writeframes(words.tobytes())
    return out.getvalue()


@cache
def holding() -> bytes:
    """Twenty seconds of a soft chord now and then: one who holds hears that the line is alive."""
    total = RATE * _HOLD_S
    mix = [0.0] * total
    for every in range(0, _HOLD_S, _HOLD_EVERY_S):
        for after_s, hertz in _HOLD_NOTES:
            start = round((every + after_s) * RATE)
            for at in range(start, min(total, start + 2 * RATE)):
                since = (at - start) / RATE
                rise = min(1.0, since / 0.03)
                fall = math.exp(-since / 0.5) * (1 - since / 2)
                mix[at] += rise * fall * math.sin(2 * math.pi * hertz * since)
    peak = max(map(abs, mix))
    return whole([value / peak * _HOLD_PEAK * 32767 for value in mix])


@cache
def _filters(rate: int, phases: int) -> list[list[float]]:
    """For each place of an output sample between two of the input, the weights of its neighbours."""
    reach = math.ceil(_REACH_S * rate)
    cut = _PASS_HZ / rate
    filters: list[list[float]] = []
    for phase in range(phases):
        weights: list[float] = []
        for tap in range(-reach, reach + 1):
            x = tap - phase / phases
            window = 0.54 + 0.46 * math.cos(math.pi * x / (reach + 1))
            angle = 2 * math.pi * cut * x
            weights.append(window * 2 * cut * (math.sin(angle) / angle if angle else 1.0))
        total = sum(weights)
        filters.append([weight / total for weight in weights])
    return filters


def _big_endian() -> bool:
    return array("h", [1]).tobytes()[0] == 0
