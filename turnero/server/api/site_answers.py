"""What the API answers about sites and boards; see answers.py for the ground rules."""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from turnero.queue.views import (
    BoardView,
    CallView,
    QueueBrief,
    ServiceView,
    SiteView,
    name_in,
)
from turnero.server.api.answers import (
    Moment,
    Names,
    Unknown,
    WaitAnswer,
    moment_of,
    unknown_of,
    wait_of,
)


class Attention(Struct, frozen=True):
    """An attention class."""

    id: str
    name: str
    names: Names
    #: the person may choose it
    kiosk: bool
    clinical: bool
    #: the class of who asks for none
    usual: bool


class Service(Struct, frozen=True):
    """A service, or a group of them."""

    id: str
    name: str
    names: Names
    parent: str | None
    #: a group gives no tickets itself
    group: bool
    state: Literal["open", "closed", "paused", "full"]
    opens: Annotated[str | None, Meta(description="HH:MM at the site, if later today")]
    waiting: int
    wait: WaitAnswer | None
    #: what to bring, in the caller's language
    requirements: list[str]
    wait_unknown: Unknown = None


class Desk(Struct, frozen=True):
    """A desk."""

    id: str
    name: str
    zone: str


class Site(Struct, frozen=True):
    """A site with what can be chosen at it."""

    id: str
    name: str
    zone: Annotated[str, Meta(description="IANA time zone")]
    profile: str
    languages: list[str]
    attentions: list[Attention]
    #: parents before their children
    services: list[Service]
    desks: list[Desk]


class Sites(Struct, frozen=True):
    """The sites that the caller may act at."""

    sites: list[Site]


def site_of(view: SiteView, language: str) -> Site:
    """The line's view as the API shows it."""
    return Site(
        id=view.key,
        name=view.name,
        zone=view.zone,
        profile=view.profile,
        languages=list(view.languages),
        attentions=[
            Attention(
                id=one.key,
                name=name_in(one.names, language),
                names=one.names,
                kiosk=one.kiosk,
                clinical=one.clinical,
                usual=one.usual,
            )
            for one in view.attentions
        ],
        services=_services(view.services, None, language),
        desks=[Desk(one.id, one.name, one.zone) for one in view.desks],
    )


def _services(branch: tuple[ServiceView, ...], parent: str | None, language: str) -> list[Service]:
    found: list[Service] = []
    for one in branch:
        asked = one.requirements.get(language) or next(iter(one.requirements.values()), ())
        found.append(
            Service(
                id=one.key,
                name=name_in(one.names, language),
                names=one.names,
                parent=parent,
                group=bool(one.children),
                state=_service_state(one.state),
                opens=one.opens,
                waiting=one.waiting,
                wait=wait_of(one.wait),
                requirements=list(asked),
                wait_unknown=(None if one.children else unknown_of(one.wait, no_desk=one.no_desk)),
            )
        )
        found += _services(one.children, one.key, language)
    return found


def _service_state(state: str) -> Any:
    """One of the literal's words: the line has no others."""
    return state


class Call(Struct, frozen=True):
    """A call on the board."""

    #: journal number of the call: announce each once, in this order
    seq: int
    number: str
    desk: str
    zone: str
    service_name: str
    #: the person's
    language: str
    called_at: Moment
    #: called or being served
    in_force: bool
    #: the person is still expected
    calling: bool
    recalls: int
    #: they are rung where they are: do not announce it
    by_phone: bool = False


class Queue(Struct, frozen=True):
    """How many wait for a service."""

    service_name: str
    names: Names
    waiting: int
    wait: WaitAnswer | None
    wait_unknown: Unknown = None


class Board(Struct, frozen=True):
    """What a board shows."""

    site: str
    name: str
    #: journal number that this was read at: follow from here
    seq: int
    at: Moment
    #: still called, newest first
    calls: list[Call]
    #: the last ones, newest first, those in force included
    recent: list[Call]
    queues: list[Queue]


def board_of(view: BoardView, language: str) -> Board:
    """The line's view as the API shows it."""
    return Board(
        site=view.site,
        name=view.name,
        seq=view.seq,
        at=moment_of(view.now_ms),
        calls=[_call(one, language) for one in view.calls],
        recent=[_call(one, language) for one in view.recent],
        queues=[_queue(one, language) for one in view.queues],
    )


def _call(view: CallView, language: str) -> Call:
    return Call(
        seq=view.seq,
        number=view.number,
        desk=view.desk,
        zone=view.zone,
        service_name=name_in(view.names, language),
        language=view.language,
        called_at=moment_of(view.at_ms),
        in_force=view.in_force,
        calling=view.calling,
        recalls=view.recalls,
        by_phone=view.by_phone,
    )


def _queue(view: QueueBrief, language: str) -> Queue:
    return Queue(
        service_name=name_in(view.names, language),
        names=view.names,
        waiting=view.waiting,
        wait=wait_of(view.wait),
        wait_unknown=unknown_of(view.wait, no_desk=view.no_desk),
    )
