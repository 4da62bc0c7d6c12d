"""What hangs where on a box: `kiosk=HDMI-1,board=HDMI-2:rotate=left:audio=plughw:1,3`.

A screen is what it shows, "=", and the output as `xrandr` names it; options follow, each after a
colon: rotate (normal, left, right, inverted), audio (an ALSA device, as `aplay -L` names it), touch
(the touch panel, as `xinput list --name-only` names it).
"""

import re
from typing import Final, get_args

import msgspec

from turnero.device.install.shape import Rotation, Screen, Shows

_SCREENS: Final = re.compile(r",(?=\s*[a-z]+=)")
_OPTIONS: Final = re.compile(r":(?=[a-z]+=)")
_OUTPUT: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,30}")
#: what may stand in a name: no line ends, no quotes
_NAME: Final = re.compile(r"[\w .,:=/()+-]{1,80}")
_KNOWN: Final = ("rotate", "audio", "touch")


def read(text: str) -> tuple[Screen, ...]:
    """The screens of that text. Raises `ValueError` with a sentence that says what to write."""
    found = tuple(_screen(part.strip()) for part in _SCREENS.split(text))
    _once("shown on two screens", [one.show for one in found])
    _once("named for two screens", [one.output for one in found])
    _once("named as the touch panel of two screens", [one.touch for one in found if one.touch])
    return found


def _screen(part: str) -> Screen:
    first, *options = _OPTIONS.split(part)
    show, equals, output = first.partition("=")
    if not equals or not output:
        raise ValueError(
            f'--screens: "{part}" is not of the form kiosk=HDMI-1 or board=HDMI-2:rotate=left'
        )
    if show not in get_args(Shows):
        raise ValueError(f'--screens: a screen shows {_or(get_args(Shows))}, not "{show}"')
    if _OUTPUT.fullmatch(output) is None:
        raise ValueError(
            f'--screens: "{output}" is no output; "xrandr" lists them, such as HDMI-1 or DP-2'
        )
    said: dict[str, str] = {}
    for option in options:
        name, _, value = option.partition("=")
        if name not in _KNOWN:
            raise ValueError(f'--screens: {show} has no "{name}"; there are {", ".join(_KNOWN)}')
        if name in said:
            raise ValueError(f'--screens: {show} says "{name}" twice')
        if name == "rotate" and value not in get_args(Rotation):
            raise ValueError(f'--screens: rotate is {_or(get_args(Rotation))}, not "{value}"')
        if _NAME.fullmatch(value) is None:
            raise ValueError(f"--screens: {name} of {show} has nothing usable after it")
        said[name] = value
    return msgspec.convert({"show": show, "output": output, **said}, Screen)


def _once(what: str, values: list[str]) -> None:
    for value in values:
        if values.count(value) > 1:
            raise ValueError(f"--screens: {value} is {what}")


def _or(words: tuple[str, ...]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}"
