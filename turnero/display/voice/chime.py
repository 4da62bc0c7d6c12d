"""Our own two-tone chime, made by arithmetic: no sound file, the same bytes on every machine.

It only makes samples; joining it to speech is script.py's work.
"""

import math
from array import array
from functools import cache
from typing import Final

#: Samples a second, one channel, 16 bit signed: what espeak-ng gives, so nothing is resampled.
RATE: Final = 22_050
#: A falling major third (E5, C5) is heard as "attention" and not as an alarm.
TONES_HZ: Final = (659.255, 523.251)
LENGTH_MS: Final = 900

_SECOND_AT_MS: Final = 300
_ATTACK_S: Final = 0.012
_RELEASE_S: Final = 0.060
_DECAY_S: Final = 0.260
_PEAK: Final = 0.55
#: Octave and twelfth: enough for small loudspeakers, too little to be shrill.
_PARTIALS: Final = ((1.0, 1.0), (2.0, 0.28), (3.0, 0.10))


@cache
def chime() -> bytes:
    """LENGTH_MS of signed 16-bit little-endian PCM at RATE, mono; begins and ends at zero."""
    total = RATE * LENGTH_MS // 1000
    mix = [0.0] * total
    for tone, start_ms in zip(TONES_HZ, (0, _SECOND_AT_MS), strict=True):
        start = RATE * start_ms // 1000
        for at in range(start, total):
            mix[at] += _bell(tone, (at - start) / RATE, (total - 1 - at) / RATE)
    loudest = max(abs(value) for value in mix)
    return pcm(array("h", (round(value / loudest * _PEAK * 32767) for value in mix)))


def pcm(samples: "array[int]") -> bytes:
    """Samples as little-endian bytes, whatever the machine."""
    if _big_endian():
        samples = samples[:]
        samples.byteswap()
    return samples.tobytes()


def samples(data: bytes) -> "array[int]":
    """The other way round."""
    values = array("h")
    values.frombytes(data)
    if _big_endian():
        values.byteswap()
    return values


def silence(ms: int) -> bytes:
    """Nothing, for that long."""
    return bytes(2 * (RATE * ms // 1000))


def _bell(tone: float, since_s: float, left_s: float) -> float:
    """One struck tone: soft attack, exponential decay, a fade that ends without a click."""
    rise = 1.0 if since_s >= _ATTACK_S else 0.5 - 0.5 * math.cos(math.pi * since_s / _ATTACK_S)
    fall = 1.0 if left_s >= _RELEASE_S else 0.5 - 0.5 * math.cos(math.pi * left_s / _RELEASE_S)
    wave = sum(
        weight * math.sin(2 * math.pi * tone * ratio * since_s) for ratio, weight in _PARTIALS
    )
    return wave * rise * fall * math.exp(-since_s / _DECAY_S)


def _big_endian() -> bool:
    return array("h", [1]).tobytes()[0] == 0
