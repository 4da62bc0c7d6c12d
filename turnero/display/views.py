"""The live part of a board: its zone's calls with their sounds, who waits, and which board sounds.

The page around it draws the calls when the voice reaches them; nothing here waits or plays.
"""

from typing import TYPE_CHECKING, Any, Final

import msgspec

from turnero.display import announce, told
from turnero.display.settings import BoardSettings, settings_of
from turnero.display.voice.script import Script, length_ms, scripts
from turnero.display.voice.studio import Studio
from turnero.queue import reads
from turnero.queue.views import BoardView, CallView, MessageView, Wait, name_in
from turnero.store import devices
from turnero.store.devices import Device
from turnero.store.errors import NotFound
from turnero.store.facts import Entry
from turnero.store.sql import Query
from turnero.web.languages import Translator, translator
from turnero.web.look import Look
from turnero.web.principal import Principal, Role
from turnero.web.view import LiveContext

if TYPE_CHECKING:
    from turnero.web.wiring import Web

#: Facts that change a call, who waits or for how long.
_KINDS: Final = frozenset({
    "ticket-issued", "ticket-called", "ticket-recalled", "service-started", "service-finished",
    "ticket-no-show", "ticket-returned", "ticket-parked", "ticket-transferred",
    "ticket-sent-on", "ticket-cancelled",
    "ticket-stepped-out", "ticket-corrected", "ticket-not-served",
    "press-undone", "session-opened", "session-paused", "session-resumed",
    "session-closed", "day-closed", "site-loaded", "message-shown", "message-ended",
    "callback-asked", "callback-put-off",
})  # fmt: skip

#: (longest text, class): how large a text may be so that it stays on one line of its place.
_ONE_LINE: Final = 9
_FITS: Final = ((2, "xs"), (4, "s"), (6, "m"), (9, "l"), (14, "xl"))


class Sound(msgspec.Struct, frozen=True):
    """One length of an announcement."""

    address: str
    #: about how long it lasts
    ms: int


class Card(msgspec.Struct, frozen=True):
    """A call as the template draws it."""

    seq: int
    number: str
    number_fit: str
    desk: announce.DeskName
    desk_fit: str
    arrow: str
    at_ms: int
    #: the person is still awaited
    in_force: bool
    #: the person is rung: nobody here is to come
    by_phone: bool
    #: (full | brief | bare, sound)
    sounds: tuple[tuple[str, Sound], ...]


class Line(msgspec.Struct, frozen=True):
    """A service, by its public name, and who waits for it."""

    name: str
    waiting: int
    wait: Wait | None
    no_desk: bool


class Board(msgspec.Struct, frozen=True):
    """What was read for one board in one moment."""

    view: BoardView
    #: None for a board that is nobody's: a person looks at the whole site
    device: Device | None
    #: whether it is the one that sounds in its zone
    sounding: bool
    #: what is said besides calls, newest first
    messages: tuple[MessageView, ...] = ()
    #: no call of before is announced: an emergency ended then, line clock
    quiet_ms: int = 0

    @property
    def zone(self) -> str:
        """Whose calls it shows; "" the whole site's."""
        return self.device.zone if self.device else ""


def read_board(q: Query, site: int, key: str, line_ms: int, now_ms: int) -> Board:
    """Everything the board of that key shows, in one snapshot. Raises `NotFound`."""
    there = devices.of_site(q, site)
    device = next((one for one in there if (one.kind, one.key) == ("board", key)), None)
    zone = device.zone if device else ""
    view = reads.board(q, site, zone, line_ms)
    if view is None:
        raise NotFound("site-unknown", site=str(site))
    sounding = device is not None and announce.sounding(there, zone, now_ms) == key
    return Board(
        view,
        device,
        sounding,
        reads.messages(q, site, zone),
        reads.quiet_ms(q, site, zone, line_ms),
    )


def fit(text: str) -> str:
    """The class of size for a text that is read from afar; words may go on two lines."""
    length = len(text)
    if length > _ONE_LINE:
        length = max(-(-length // 2), *map(len, text.split()))
    return next((name for longest, name in _FITS if length <= longest), "xxl")


def address(studio: Studio, script: Script) -> str:
    """Where the sound of a script is found."""
    return f"/display/voice/{studio.name(script)}.wav"


def card(call: CallView, studio: Studio, settings: BoardSettings, look: Look) -> Card:
    """One call with its sounds."""
    said = announce.languages(call, look.languages, settings.voice)
    made = scripts(call.number, call.desk, said, look.profile, studio.voice)
    lengths = (("full", made.full), ("brief", made.brief), ("bare", made.bare))
    name = announce.desk_name(call.desk)
    return Card(
        seq=call.seq,
        number=call.number,
        number_fit=fit(call.number),
        desk=name,
        desk_fit=fit(name.name),
        arrow=announce.arrow(call, settings),
        at_ms=call.at_ms,
        in_force=call.calling,
        by_phone=call.by_phone,
        sounds=tuple(
            (length, Sound(address(studio, script), length_ms(script, studio.voice)))
            for length, script in lengths
        ),
    )


def own_key(q: Query, site: int, who: Principal, wanted: str) -> str:
    """The board that a device's token stands for: that of its place, by default the site's first; of
    a box the wanted one, if it hosts it. Raises `NotFound`.

    "" where the site describes no board: then the token's board shows the whole site.
    """
    if who.role == Role.BOX:
        hosted = devices.by_key(q, site, "board", wanted)
        if hosted is None or who.place is None or hosted.setting("box") != who.place:
            raise NotFound("board-unknown", board=wanted[:80])
        return wanted
    if who.place is not None:
        return who.place
    boards = (one.key for one in devices.of_site(q, site) if one.kind == "board")
    return next(boards, "")


async def load(web: "Web", site: int, key: str) -> Board:
    """What the board of that key shows now."""
    clock = web.clock
    return await web.ledger.read(read_board, site, key, clock.line_ms(), clock.now_ms())


def state(board: Board, studio: Studio, look: Look, language: str) -> dict[str, Any]:
    """The context of the template's live block."""
    settings = settings_of(board.device)
    heard = announce.heard(board.view)
    return {
        "calls": [card(call, studio, settings, look) for call in heard.calls],
        "floor": heard.floor,
        "queues": [
            Line(name_in(one.names, language), one.waiting, one.wait, one.no_desk)
            for one in board.view.queues
        ],
        "sounding": board.sounding,
        "told": messages(board, studio, settings, look, language),
        "quiet": board.quiet_ms,
    }


def messages(
    board: Board, studio: Studio, settings: BoardSettings, look: Look, language: str
) -> list[tuple[told.Shown, Sound]]:
    """What is said besides calls, with its sound."""

    def say(name: str) -> Translator:
        return translator(name, look.profile)

    read = tuple(dict.fromkeys((language, *look.languages)))
    spoken = announce.spoken(look.languages, settings.voice)
    found = []
    for message in board.messages:
        one = told.shown(message, board.zone, read, spoken, say)
        script = told.voiced(one.script, studio)
        found.append((one, Sound(address(studio, script), length_ms(script, studio.voice))))
    return found


def split(arg: str) -> tuple[int, str]:
    """'3/hall' -> (3, 'hall'). Raises `NotFound`."""
    number, slash, key = arg.partition("/")
    if not (slash and number.isdecimal() and len(number) < 10):  # noqa: PLR2004 - an integer column
        raise NotFound("view-unknown")
    return int(number), key


class BoardLive:
    """`data-live="board" data-live-arg="<site number>/<board key>"`."""

    name = "board"
    permission = "board.show"
    #: which board sounds depends on heartbeats, which are no facts
    refresh_s: float | None = 15.0

    def __init__(self, studio: Studio) -> None:
        self._studio = studio

    async def admit(self, ctx: LiveContext, principal: Principal, arg: str) -> int:
        """See `View.admit`."""
        site, _ = split(arg)
        if ctx.web.looks.look(site).number != site:
            raise NotFound("site-unknown", site=str(site))
        return principal.within(site)

    def concerns(self, entry: Entry, arg: str) -> bool:
        """See `View.concerns`."""
        return entry.kind in _KINDS

    async def render(self, ctx: LiveContext, site: int, arg: str, language: str) -> str:
        """See `View.render`."""
        board = await load(ctx.web, site, split(arg)[1])
        context = state(board, self._studio, ctx.web.looks.look(site), language)
        return ctx.fragment("display/board.html", "state", context, site=site, language=language)
