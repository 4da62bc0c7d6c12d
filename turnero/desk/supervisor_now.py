"""The site now, as the supervisor sees it: alarms first, then what the levers hold, then who waits,
the desks, the devices. Only shows; levers are pulled in supervisor_levers.py.

What the line keeps as an alarm is shown from there, with who saw it; only what has no such row
(a target, a service without a desk, a long break, a silent device) is judged here.
"""

from typing import Any, Final

import msgspec

from turnero.desk import devices as machines
from turnero.desk import reads
from turnero.desk.beside import judge
from turnero.desk.panels import Panel, common
from turnero.desk.people import People
from turnero.desk.ready import TO_DO, WRONG, Opening, opening
from turnero.desk.scope import known_site
from turnero.queue import reads as line
from turnero.queue.alarms import PRINTER_TROUBLE
from turnero.queue.commands.readiness import NOT_READY
from turnero.queue.states import SessionState
from turnero.queue.views import (
    AlarmView,
    DeskNow,
    MessageView,
    Pauses,
    SupervisorView,
)
from turnero.store import devices
from turnero.store.devices import Device
from turnero.store.errors import NotFound
from turnero.store.sql import Query
from turnero.web.principal import Principal
from turnero.web.view import LiveContext
from turnero.web.wiring import Web

_MINUTE_MS: Final = 60_000
#: minutes after which a break is an alarm
BREAK_LONG_MIN: Final = 30
#: alarms that the page shows elsewhere already: the banner of help calls, the panel of opening
_ELSEWHERE: Final = frozenset({"help-unanswered", NOT_READY})


class SiteRead(msgspec.Struct, frozen=True):
    """What this page reads in one moment."""

    view: SupervisorView
    devices: list[Device]
    #: services with people waiting and no desk at work that calls them
    unattended: frozenset[str]
    alarms: tuple[AlarmView, ...]
    pauses: Pauses
    messages: tuple[MessageView, ...]
    opening: Opening | None


def read_site(q: Query, site: int, now_ms: int, wall_ms: int) -> SiteRead:
    """The site in one snapshot; both clocks are needed. Raises `NotFound`."""
    view = line.supervisor(q, site, now_ms)
    if view is None:
        raise NotFound("site-unknown", site=str(site))
    attended = reads.services_attended(q, site)
    alarms = line.alarms(q, site)
    return SiteRead(
        view=view,
        devices=devices.of_site(q, site),
        unattended=frozenset(
            one.service for one in view.services if one.waiting and one.service not in attended
        ),
        alarms=tuple(one for one in alarms if one.kind not in _ELSEWHERE),
        pauses=line.pauses(q, site),
        messages=line.messages(q, site, None),
        opening=opening(line.ready(q, site, wall_ms), alarms, wall_ms),
    )


def _device_of(alarm: AlarmView) -> tuple[str, str]:
    """The device that an alarm is about: its kind, "" for what is none, and its key."""
    return ("printer" if alarm.kind == PRINTER_TROUBLE else "", alarm.subject)


def long_break(desk: DeskNow, now_ms: int) -> bool:
    """Whether the desk's break is an alarm."""
    session = desk.session
    return (
        session is not None
        and session.state == SessionState.BREAK
        and now_ms - session.since_ms > BREAK_LONG_MIN * _MINUTE_MS
    )


class SupervisorPanel(Panel):
    """`data-live="supervisor" data-live-arg="<site number>"`: alarms, levers, who waits."""

    name = "supervisor"
    template = "desk/now.html"
    permission = "supervisor.page"
    kinds = frozenset({
        "ticket-issued", "ticket-called", "service-started", "service-finished", "ticket-no-show",
        "ticket-returned", "ticket-parked", "ticket-transferred",
        "ticket-sent-on", "ticket-cancelled",
        "ticket-not-served", "ticket-stepped-out", "ticket-overstayed", "ticket-corrected",
        "press-undone", "session-opened", "session-paused", "session-resumed", "session-closed",
        "day-closed", "site-loaded", "service-paused", "service-resumed", "kiosk-paused",
        "kiosk-resumed", "line-moved", "line-kept", "message-shown", "message-ended",
        "alarm-raised", "alarm-seen", "alarm-ended", "callback-asked", "callback-put-off",
    })  # fmt: skip
    #: waits grow and devices fall silent without a fact
    refresh_s: float | None = 10.0

    def __init__(self, people: People) -> None:
        self._people = people

    async def admit(self, ctx: LiveContext, principal: Principal, arg: str) -> int:
        """See `View.admit`."""
        return known_site(ctx.web, self._people.met(principal), arg)

    async def context(self, web: Web, site: int, arg: str, language: str) -> dict[str, Any]:
        """See `Panel.context`."""
        clock = web.clock
        read = await web.ledger.read(read_site, site, clock.line_ms(), clock.now_ms())
        return self.drawn(web, read, site, language)

    def drawn(self, web: Web, read: SiteRead, site: int, language: str) -> dict[str, Any]:
        """What the template needs, of what was read."""
        view, now_ms = read.view, read.view.now_ms
        lacks = read.opening.missing if read.opening is not None else ()
        lacking = {(one.missing.kind, one.missing.subject) for one in lacks}
        # Told once: by the panel of opening, else as an alarm, else as a device that is not well.
        alarms = [one for one in read.alarms if _device_of(one) not in lacking]
        told = lacking | {_device_of(one) for one in alarms}
        shown = [machines.shown(one, web.clock.now_ms()) for one in read.devices]
        return common(web, language) | {
            "site_no": site,
            "site": view,
            "unattended": read.unattended,
            "verdicts": {
                one.service: judge(one.oldest_ms, one.target_min, now_ms) for one in view.services
            },
            "devices": shown,
            "ill": [one for one in machines.unwell(shown) if (one.kind, one.key) not in told],
            "kinds": machines.KINDS,
            "long_breaks": [one for one in view.desks if long_break(one, now_ms)],
            "alarms": alarms,
            "device_names": {(one.kind, one.key): one.name for one in shown},
            "wrong": WRONG,
            "to_do": TO_DO,
            "opening": read.opening,
            "desk_names": {one.id: one.name for one in view.desks},
            "service_names": {one.service: one.names for one in view.services},
            "paused_services": [one for one in read.pauses.services if one.pause is not None],
            "paused_kiosks": [one for one in read.pauses.kiosks if one.pause is not None],
            "emergencies": [one for one in read.messages if one.sort == "emergency"],
            "messages": [one for one in read.messages if one.sort != "emergency"],
            "names": {
                one.id: self._people.name(one.session.agent) for one in view.desks if one.session
            },
            "person": self._people.name,
            "done": None,
        }
