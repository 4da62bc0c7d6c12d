"""The rooms that make up a site's server: a static list; nothing is discovered.

Imported by `serve` while the store opens, since together they cost a good part of a start.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from turnero.server.accounts import slice as accounts_slice
from turnero.server.accounts.service import Accounts
from turnero.server.looks import SiteLooks
from turnero.server.settings import Settings
from turnero.store.consumers import Consumer
from turnero.web.slice import Slice


@dataclass
class Rooms:
    """What `Running` asks for. `more` are slices of this process alone, such as the demonstration's."""

    more: Sequence[Slice] = field(default_factory=tuple)

    def slices(self, settings: Settings, accounts: Accounts, looks: SiteLooks) -> list[Slice]:
        """Every room's slice, in the order in which they fill each other's slots."""
        found = [accounts_slice.make(accounts, looks)]
        import importlib.util

        for name in ("kiosk", "desk", "display", "printer", "server.api"):
            try:
                if importlib.util.find_spec(f"turnero.{name}.slice") is None:
                    continue
                module = importlib.import_module(f"turnero.{name}.slice")
            except ImportError as error:
                print("room missing", name, error)
                continue
            if hasattr(module, "make"):
                found.append(module.make(settings.data))
            else:
                found.append(module.slice)
        return [*found, *self.more]

    def timers(self, slices: Sequence[Slice]) -> Mapping[str, Any]:
        """Timer kind -> command, of the line and of the slices."""
        try:
            from turnero.queue.timers import TIMERS
        except ImportError:
            TIMERS = {}
        return dict(TIMERS) | {
            kind: command for one in slices for kind, command in one.timers.items()
        }

    def consumers(self, slices: Sequence[Slice]) -> list[Consumer]:
        """What follows every site's journal."""
        return [one for room in slices for one in room.consumers.values()]  # type: ignore[misc]
