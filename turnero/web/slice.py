"""What a room hands to `server`: its routes, templates, files, live views, slots and follow-ups.

A slice never imports a sibling. What it wants of another it leaves as a named page slot,
and the other fills it.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from litestar.types import ControllerRouterHandler

from turnero.store.consumers import Consumer

if TYPE_CHECKING:
    from turnero.web.problem_texts import Text
    from turnero.web.speech import Speech
    from turnero.web.view import View
    from turnero.web.wiring import Web

#: fills a slot: gets the request and whatever the page gives; returns safe HTML ("" for nothing)
Filler = Callable[..., Awaitable[str]]
#: a command that the store runs by itself, see `turnero.store.timers`
Command = Callable[[Any, Any], Any]
#: runs as long as the server does; is cancelled at the end
Task = Callable[["Web"], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Slice:
    """One room, as the composition sees it."""

    #: also the prefix of its templates, static files and catalogue: "kiosk"
    name: str
    routes: Sequence[ControllerRouterHandler] = ()
    templates: Path | None = None
    static: Path | None = None
    views: Sequence["View"] = ()
    #: slot name ("desk.side") -> filler; a slot may be filled by several slices, in their order
    slots: Mapping[str, Filler] = field(default_factory=dict)
    #: consumer name -> what it does with the facts of every site's journal
    consumers: Mapping[str, Consumer] = field(default_factory=dict)
    #: timer kind -> command
    timers: Mapping[str, Command] = field(default_factory=dict)
    #: code of a refusal -> its text, for codes of this room alone
    problems: Mapping[str, "Text"] = field(default_factory=dict)
    #: task name -> coroutine function
    tasks: Mapping[str, Task] = field(default_factory=dict)
    #: the voice that speaks other rooms' pages, of the one slice that has one
    speech: "Speech | None" = None
