"""The panels beside the person at the desk: who waits by service, and who was set aside."""

from typing import Any, Final

import msgspec

from turnero.desk import reads
from turnero.desk.panels import Panel, common
from turnero.desk.scope import desk_site
from turnero.queue import reads as line
from turnero.queue.views import DeskView, QueueView
from turnero.store.errors import NotFound
from turnero.store.sql import Query
from turnero.web.principal import Principal
from turnero.web.view import LiveContext
from turnero.web.wiring import Web

_MINUTE_MS: Final = 60_000
#: from this part of the target on, a wait is nearly too long
_SOON: Final = 0.8


def judge(oldest_ms: int | None, target_min: int | None, now_ms: int) -> str:
    """A line against its target: none | well | soon | late."""
    if oldest_ms is None or target_min is None:
        return "none"
    waited = (now_ms - oldest_ms) / _MINUTE_MS
    if waited > target_min:
        return "late"
    return "soon" if waited >= _SOON * target_min else "well"


class QueueShown(msgspec.Struct, frozen=True):
    """A line with its verdict."""

    queue: QueueView
    verdict: str


async def read_desk(web: Web, ref: str) -> DeskView:
    """The desk now. Raises `NotFound`."""
    view = await web.ledger.read(line.desk, ref, web.clock.line_ms())
    if view is None:
        raise NotFound("desk-unknown", desk=ref[:100])
    return view


class _OfDesk(Panel):
    """A panel whose argument is a desk."""

    permission = "desk.page"

    async def admit(self, ctx: LiveContext, principal: Principal, arg: str) -> int:
        """See `View.admit`."""
        return await desk_site(ctx.web, principal, arg)


class LinePanel(_OfDesk):
    """`data-live="desk-line" data-live-arg="<site.desk>"`: who waits."""

    name = "desk-line"
    template = "desk/line.html"
    kinds = frozenset({
        "ticket-issued", "ticket-called", "ticket-no-show", "ticket-returned", "ticket-parked",
        "ticket-stepped-out", "ticket-corrected", "served-by-hand", "ticket-transferred",
        "ticket-sent-on",
        "ticket-cancelled", "ticket-not-served", "press-undone", "line-moved", "day-closed",
        "site-loaded", "callback-asked", "callback-put-off",
    })  # fmt: skip
    #: a wait gets long without anything happening
    refresh_s: float | None = 15.0

    async def context(self, web: Web, site: int, arg: str, language: str) -> dict[str, Any]:
        """See `Panel.context`."""
        view = await read_desk(web, arg)
        shown = [
            QueueShown(queue, judge(queue.oldest_ms, queue.target_min, view.now_ms))
            for queue in view.queues
        ]
        return common(web, language) | {
            "primary": [one for one in shown if one.queue.tier == 0],
            "overflow": [one for one in shown if one.queue.tier],
            "own": view.own,
        }


class _Aside(msgspec.Struct, frozen=True):
    view: DeskView
    classes: dict[str, reads.Class]
    #: after which somebody set aside is an alarm
    parked_minutes: int


def _read_aside(q: Query, ref: str, site: int, now_ms: int) -> _Aside:
    view = line.desk(q, ref, now_ms)
    if view is None:
        raise NotFound("desk-unknown", desk=ref[:100])
    return _Aside(view, reads.classes(q, site), reads.site_settings(q, site).parked_minutes)


class AsidePanel(_OfDesk):
    """`data-live="desk-aside" data-live-arg="<site.desk>"`: parked, stepped out, absent but not for long."""

    name = "desk-aside"
    template = "desk/aside.html"
    kinds = frozenset({
        "ticket-parked", "ticket-no-show", "ticket-returned", "ticket-called",
        "ticket-stepped-out", "ticket-reminded", "ticket-overstayed", "ticket-corrected",
        "ticket-transferred",
        "ticket-sent-on", "ticket-cancelled", "ticket-not-served", "press-undone",
        "day-closed", "site-loaded",
    })  # fmt: skip
    #: an absent person may come back for a while only
    refresh_s: float | None = 60.0

    async def context(self, web: Web, site: int, arg: str, language: str) -> dict[str, Any]:
        """See `Panel.context`."""
        read = await web.ledger.read(_read_aside, arg, site, web.clock.line_ms())
        return common(web, language) | {
            "ref": arg,
            "parked": read.view.parked,
            "away": read.view.away,
            "absent": read.view.absent,
            "classes": read.classes,
            "long_ms": read.parked_minutes * _MINUTE_MS,
        }
