"""The chime: two soft tones of our own making."""

from itertools import pairwise

from tests.display.sound import opened, part, rms, seconds, tone
from turnero.display.voice.chime import LENGTH_MS, TONES_HZ, chime, samples
from turnero.display.voice.script import wav


def test_the_chime_lasts_nine_tenths_of_a_second() -> None:
    assert seconds(opened(wav(chime()))) == LENGTH_MS / 1000 == 0.9


def test_the_first_tone_sounds_alone_and_then_the_second_is_stronger() -> None:
    sound = samples(chime())
    high, low = TONES_HZ
    opening, ending = part(sound, 20, 280), part(sound, 500, 850)
    assert tone(opening, high) > 10 * tone(opening, low)
    assert tone(ending, low) > 1.5 * tone(ending, high)
    assert tone(opening, high) > 20 * tone(opening, 3_700)


def test_it_begins_and_ends_softly_and_never_clips() -> None:
    sound = samples(chime())
    assert sound[0] == 0
    assert abs(sound[-1]) < 20
    # The steepest step between two samples, which a click would show, is that of the tones themselves.
    assert max(abs(b - a) for a, b in pairwise(sound)) < 8_000
    assert 0.4 < max(abs(value) for value in sound) / 32768 < 0.6
    assert rms(part(sound, 0, 5)) < 0.3 * rms(part(sound, 15, 100))
    assert rms(part(sound, 800, 900)) < 0.2 * rms(part(sound, 300, 400))
