"""The panel of who is at a desk: the session, the person, why this one, and every key.

It is drawn for a desk and a person together (`site.desk/actor`), since only who works there
gets keys.
"""

from typing import Any, Final

import msgspec

from turnero.desk import reads
from turnero.desk.panels import Panel, common
from turnero.desk.people import People
from turnero.desk.scope import desk_site
from turnero.queue import reads as line
from turnero.queue.facts import HeadSeen
from turnero.queue.routing import OTHERS, OVERFLOW, why_sentence
from turnero.queue.views import DeskView, MessageView, ServingView, StepView, name_in
from turnero.store.errors import NotFound, Refused
from turnero.store.facts import Entry
from turnero.store.sql import Query
from turnero.web.languages import NAMES, Translator, mark
from turnero.web.principal import Principal
from turnero.web.told import pick
from turnero.web.view import LiveContext
from turnero.web.wiring import Web

#: facts of one desk: they name it
_HERE: Final = frozenset({
    "ticket-called", "ticket-recalled", "service-started", "service-finished", "ticket-no-show",
    "ticket-parked", "ticket-transferred", "ticket-sent-on", "path-changed", "ticket-cancelled",
    "session-paused", "session-resumed", "handed-over", "handover-read", "callback-put-off",
})  # fmt: skip
#: facts that name no desk and may be about any
_ANYWHERE: Final = frozenset({
    "ticket-returned", "ticket-corrected", "press-undone", "day-closed", "site-loaded",
    "message-shown", "message-ended",
    # whether anybody attends the next step of a path
    "session-opened", "session-closed", "service-paused", "service-resumed",
})  # fmt: skip

#: aid at the kiosk → its icon and what it means to the agent
AIDS: Final = {
    "large-type": ("large-text", mark("Large type")),
    "contrast": ("contrast", mark("High contrast")),
    "voice": ("voice", mark("Spoken guidance")),
    "low-reach": ("low", mark("Low-reach screen")),
}
#: the line's sentences of why (queue.routing.SENTENCES), marked here for the catalogues
WHY: Final = (
    mark("%(number)s is the only one waiting."),
    mark("%(number)s is next of those who are here: this desk rings nobody now."),
    mark("%(number)s has waited longest: %(minutes)s min."),
    mark("%(attention)s: %(minutes)s min waiting, target %(target)s."),
    mark("%(number)s goes first by class: %(attention)s."),
    mark("%(number)s goes first by clinical urgency: %(attention)s."),
    mark("It is the turn of %(attention)s: %(number)s, %(minutes)s min waiting."),
    mark("Nobody else is due: %(number)s comes before its time."),
    mark("This desk calls %(attention)s first: %(number)s."),
    mark("Nobody of this desk's classes is waiting: %(number)s is of another."),
    mark("%(number)s is for your own services; they go before the overflow ones."),
    mark("Nobody waits for your own services: %(number)s comes from overflow."),
    mark("%(number)s was chosen by hand."),
    mark("%(number)s came without a ticket."),
    mark("Nobody is waiting."),
)
#: a moment before the line stops allowing it, an undo is not offered any more
UNDO_MARGIN_MS: Final = 700
#: move → what its undoing is called
UNDOING: Final = {
    "next": mark("Undo the call of %(numbers)s"),
    "call": mark("Undo the call of %(numbers)s"),
    "start": mark("Undo the start of %(numbers)s"),
    "finish": mark("Undo the end of %(numbers)s"),
    "no-show": mark("Undo the absence of %(numbers)s"),
    "return": mark("Undo the return of %(numbers)s"),
    "park": mark("Undo setting %(numbers)s aside"),
    "transfer": mark("Undo the transfer of %(numbers)s"),
    "cancel": mark("Undo the cancellation of %(numbers)s"),
    "skip": mark("Undo leaving out a step of %(numbers)s"),
    "replan": mark("Undo the change of the way of %(numbers)s"),
    "unticketed": mark("Undo the ticket made here: %(numbers)s"),
}


class SeatRead(msgspec.Struct, frozen=True):
    """What is read for this panel in one moment."""

    view: DeskView
    rule: reads.NoShowRule | None
    classes: dict[str, reads.Class]
    #: what holds up the calls of this desk's zone
    emergencies: tuple[MessageView, ...]


class HeadShown(msgspec.Struct, frozen=True):
    """One of those that a call weighed."""

    number: str
    attention: str
    waited_min: int
    overflow: bool


class StepShown(msgspec.Struct, frozen=True):
    """A step of the way of who is at the desk; see `ui.steps`."""

    text: str
    note: str
    #: done | skipped | now | next
    state: str


def read_seat(q: Query, ref: str, site: int, now_ms: int) -> SeatRead:
    """The desk in one snapshot. Raises `NotFound`."""
    view = line.desk(q, ref, now_ms)
    if view is None:
        raise NotFound("desk-unknown", desk=ref[:100])
    rule = reads.no_show_rule(q, view.serving.ticket) if view.serving else None
    emergencies = tuple(one for one in line.messages(q, site, view.zone) if one.sort == "emergency")
    return SeatRead(view, rule, reads.classes(q, site), emergencies)


def split(arg: str) -> tuple[str, str]:
    """'main.1/user:3' → ('main.1', 'user:3')."""
    ref, _, actor = arg.partition("/")
    return ref, actor


def works_here(view: DeskView, actor: str) -> bool:
    """Whether this actor may press keys at the desk: a person's session is theirs alone."""
    session = view.session
    return (
        session is None
        or session.agent is None
        or not actor.startswith("user:")
        or session.agent == actor
    )


def sentence(serving: ServingView, classes: dict[str, reads.Class], say: Translator) -> str:
    """Why this one, in the reader's language."""
    msgid, params = why_sentence(serving.why)
    if "attention" in params:
        key = str(params["attention"])
        params["attention"] = _class_name(classes, key, say.language)
    return say.gettext(msgid, **params)


class SeatPanel(Panel):
    """`data-live="desk" data-live-arg="<site.desk>/<actor>"`."""

    name = "desk"
    template = "desk/seat.html"
    permission = "desk.page"

    def __init__(self, people: People) -> None:
        self._people = people

    async def admit(self, ctx: LiveContext, principal: Principal, arg: str) -> int:
        """See `View.admit`."""
        ref, actor = split(arg)
        if actor != principal.actor:
            raise Refused("not-allowed", 403)
        return await desk_site(ctx.web, self._people.met(principal), ref)

    def concerns(self, entry: Entry, arg: str) -> bool:
        """See `View.concerns`."""
        if entry.kind in _ANYWHERE:
            return True
        return entry.kind in _HERE and f'"{split(arg)[0]}"'.encode() in entry.body

    async def context(self, web: Web, site: int, arg: str, language: str) -> dict[str, Any]:
        """See `Panel.context`."""
        ref, actor = split(arg)
        read = await web.ledger.read(read_seat, ref, site, web.clock.line_ms())
        view, serving = read.view, read.view.serving
        say = web.translator(language, web.looks.look(site).profile)
        holder = view.session.agent if view.session else None
        return common(web, language) | {
            "desk": view,
            "serving": serving,
            "rule": read.rule,
            "mine": works_here(view, actor),
            "holder": self._people.name(holder),
            "why": sentence(serving, read.classes, say) if serving else "",
            "weighed": [_shown(head, read.classes, language) for head in serving.why.heads]
            if serving
            else [],
            "classes": read.classes,
            "aids": AIDS,
            "way": shown_steps(serving.path, language) if serving else [],
            "onto": _onto(serving, language) if serving else "",
            "waited_ms": _waited_ms(serving) if serving else 0,
            "undoing": UNDOING,
            "undo_margin_ms": UNDO_MARGIN_MS,
            "language_names": NAMES,
            "writers": {one.by: self._people.name(one.by) for one in view.handovers},
            "note": "",
            "emergencies": [
                pick(one.texts, language, web.looks.look(site).languages[0])
                for one in read.emergencies
            ],
        }


def shown_steps(path: tuple[StepView, ...], language: str) -> list[StepShown]:
    """The steps of a ticket's way for staff; one sent elsewhere is over too."""
    return [
        StepShown(name_in(one.names, language), "", "done" if one.state == "sent" else one.state)
        for one in path
    ]


def _waited_ms(serving: ServingView) -> int:
    """How long this one waited: on a path for the present step alone."""
    now = next((one for one in serving.path if one.state == "now"), None)
    return now.waited_ms if now is not None else serving.called_ms - serving.issued_ms


def _onto(serving: ServingView, language: str) -> str:
    """Where this one goes on to; "" where nothing follows."""
    for one in serving.path:
        if one.state == "next":
            return name_in(one.names, language)
    return ""


def _class_name(classes: dict[str, reads.Class], key: str, language: str) -> str:
    found = classes.get(key)
    return name_in(found.names, language) if found else key


def _shown(head: HeadSeen, classes: dict[str, reads.Class], language: str) -> HeadShown:
    return HeadShown(
        number=head.number,
        attention=_class_name(classes, head.attention, language),
        waited_min=head.waited_ms // 60_000,
        overflow=head.tier % OTHERS == OVERFLOW,
    )
