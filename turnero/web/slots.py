"""Named places on a page that one slice leaves and others fill.

One that fails is logged and shows a short notice; the page around it does not fail.
"""

import logging
from collections.abc import Iterable, Mapping
from typing import Any

from litestar import Request
from markupsafe import Markup

from turnero.web.slice import Filler

log = logging.getLogger("turnero.web")

_FAILED = Markup('<p class="notice notice-warn" role="status">{}</p>')


class Slots:
    """Every slot and who fills it."""

    def __init__(self, filled: Iterable[Mapping[str, Filler]], failed_text: Any) -> None:
        """`failed_text(request)` gives the notice for a part that failed."""
        self._fillers: dict[str, list[Filler]] = {}
        self._failed_text = failed_text
        for slots in filled:
            for name, filler in slots.items():
                self._fillers.setdefault(name, []).append(filler)

    async def fill(self, name: str, request: Request[Any, Any, Any], **given: Any) -> Markup:
        """The HTML of everybody who fills this slot, in the order of the slices."""
        parts: list[str] = []
        for filler in self._fillers.get(name, ()):
            try:
                parts.append(await filler(request, **given))
            except Exception:
                log.exception("slot %s failed", name)
                parts.append(_FAILED.format(self._failed_text(request)))
        return Markup("").join(Markup(part) for part in parts)  # noqa: S704 - rendered by templates
