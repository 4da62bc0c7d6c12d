"""The description of a site on which an office-day can be replayed, as `turnero site load` reads it.

Every queue of the trace is a service with desks of its own, open round the clock, so that a
replay does not depend on the hour at which it is made.
"""

import json
from collections.abc import Iterator

from turnero.server.replay.plan import Plan


def render(plan: Plan) -> str:
    """The TOML text."""
    return "\n".join(_lines(plan)) + "\n"


def _lines(plan: Plan) -> Iterator[str]:
    yield f"# {plan.office}, {plan.day}: {plan.people} people at {len(plan.queues)} queues."
    yield "[site]"
    yield f"key = {_text(plan.site)}"
    yield f"name = {_text(plan.name)}"
    yield 'zone = "America/Lima"'
    yield 'profile = "plain"'
    yield 'languages = ["es", "en"]'
    for queue in plan.queues:
        yield ""
        yield "[[service]]"
        yield f"key = {_text(queue.service)}"
        yield f"prefix = {_text(queue.prefix)}"
        yield f"name = {{ es = {_text(queue.name)} }}"
        yield "all_day = true"
        for place, desk in enumerate(queue.desks, 1):
            yield ""
            yield "[[desk]]"
            yield f"key = {_text(desk)}"
            yield f"name = {_text(f'{queue.prefix} {place}')}"
            yield f"primary = [{_text(queue.service)}]"
    yield ""
    yield "[[kiosk]]"
    yield 'key = "hall"'
    yield 'name = "Kiosk"'


def _text(text: str) -> str:
    """A TOML basic string: JSON's escapes are a part of TOML's."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
