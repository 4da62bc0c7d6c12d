"""What the service is told to do with a call, as its XML. Pure."""

from collections.abc import Sequence
from typing import Final
from xml.etree.ElementTree import Element, SubElement, tostring

from turnero.telephony.exchange import HOLDING, Gather, Say

#: seconds of silence until the service asks what to do again
SILENCE_S: Final = 60
#: seconds of silence in place of the sound for who waits in line
HOLD_S: Final = 20
#: BCP 47 → what the service can speak; Quechua is read as Spanish
_VOICES: Final = {"es": "es-MX", "qu": "es-MX", "pt": "pt-BR", "en": "en-US"}


def wait(next_: str) -> bytes:
    """Hold the call in silence; `next_` is asked when that is over."""
    root = Element("Response")
    SubElement(root, "Pause", length=str(SILENCE_S))
    SubElement(root, "Redirect", method="POST").text = next_
    return _xml(root)


def say(says: Sequence[Say], done: str) -> bytes:
    """Say it; `done` is asked after the last word."""
    root = Element("Response")
    _said(root, says)
    SubElement(root, "Redirect", method="POST").text = done
    return _xml(root)


def gather(says: Sequence[Say], wanted: Gather, done: str) -> bytes:
    """Say it, and collect digits meanwhile and after; `done` gets them, or none."""
    root = Element("Response")
    inner = SubElement(
        root,
        "Gather",
        input="dtmf",
        action=done,
        method="POST",
        numDigits=str(wanted.digits),
        timeout=str(wanted.timeout_s),
        finishOnKey=wanted.ends,
        actionOnEmptyResult="true",
    )
    _said(inner, says)
    return _xml(root)


def meet(room: str, status: str, after: str) -> bytes:
    """Let the call into a room of two; who is left alone there goes on at `after`."""
    root = Element("Response")
    dial = SubElement(root, "Dial")
    SubElement(
        dial,
        "Conference",
        beep="false",
        startConferenceOnEnter="true",
        endConferenceOnExit="true",
        maxParticipants="2",
        statusCallback=status,
        statusCallbackEvent="join leave",
        statusCallbackMethod="POST",
    ).text = room
    SubElement(root, "Redirect", method="POST").text = after
    return _xml(root)


def hang_up() -> bytes:
    """End the call."""
    root = Element("Response")
    SubElement(root, "Hangup")
    return _xml(root)


def _said(into: Element, says: Sequence[Say]) -> None:
    for one in says:
        if one == HOLDING:
            # No sound of ours is at the service, and an empty sentence is over at once.
            SubElement(into, "Pause", length=str(HOLD_S))
            continue
        SubElement(into, "Say", language=_VOICES.get(one.language[:2], "es-MX")).text = one.text


def _xml(root: Element) -> bytes:
    text: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return text
