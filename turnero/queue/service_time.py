"""When service at a desk began: pressed, or derived when it ends.

Pure. Agents are not asked to press start: without it, service counts from some seconds
after the last call, the time it takes to walk to the desk, and never from after its end.
"""

from typing import NamedTuple

from turnero.queue.rows import Ticket
from turnero.queue.settings import settings_of


class Span(NamedTuple):
    """A service: line-clock milliseconds."""

    started_ms: int
    ended_ms: int
    #: whether start was pressed
    pressed: bool


def span(ticket: Ticket, now_ms: int) -> Span:
    """The service that ends now."""
    if ticket.started_ms is not None:
        return Span(ticket.started_ms, max(now_ms, ticket.started_ms), pressed=True)
    called_ms = now_ms if ticket.last_call_ms is None else ticket.last_call_ms
    walked_ms = called_ms + settings_of(ticket.settings).start_after_s * 1000
    return Span(min(walked_ms, now_ms), now_ms, pressed=False)
