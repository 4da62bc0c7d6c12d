"""The rooms that make up a site's server: a static list; nothing is discovered.

Imported by `serve` while the store opens, since together they cost a good part of a start.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from turnero.admin import slice as admin
from turnero.desk import slice as desk
from turnero.desk.help import listening
from turnero.display import slice as display
from turnero.kiosk import slice as kiosk
from turnero.printer import slice as printer
from turnero.queue.commands.auto_call import AUTO_CALL
from turnero.queue.timers import TIMERS
from turnero.server import home
from turnero.server.accounts import slice as accounts_slice
from turnero.server.accounts.service import Accounts
from turnero.server.api import slice as api
from turnero.server.boxes import slice as boxes
from turnero.server.exchanges import with_hooks
from turnero.server.looks import SiteLooks
from turnero.server.planner import WorkerPlanner
from turnero.server.settings import Settings, ways_of
from turnero.server.sites import PORTS, names
from turnero.store.consumers import Consumer
from turnero.store.vault import Vault
from turnero.telephony import slice as telephony
from turnero.telephony.messages import slice as messages
from turnero.telephony.sealing import SealedNumbers
from turnero.web.slice import Slice

#: makes the slice whose page is at `/`
Front = Callable[[Accounts, SiteLooks], Slice]


class Rooms:
    """What `Running` asks for."""

    def __init__(self, front: Front = home.make) -> None:
        self._front = front

    def slices(self, settings: Settings, accounts: Accounts, looks: SiteLooks) -> list[Slice]:
        """Every room's slice, in the order in which they fill each other's slots."""
        telephones = SealedNumbers(Vault(settings.data))
        make_exchange, hooks = with_hooks(settings)
        return [
            self._front(accounts, looks),
            accounts_slice.make(accounts, looks),
            api.make(settings.public_address, telephones),
            kiosk.make(settings.public_address, listening=listening, telephones=telephones),
            desk.make(settings.public_address, WorkerPlanner(), names),
            admin.make(PORTS),
            display.make(settings.data),
            printer.make(settings.data, settings.public_address),
            boxes.make(settings.public_address, looks, listening, telephones),
            telephony.make(settings.data, make_exchange),
            messages.make(settings.data, ways_of(settings), settings.public_address),
            *hooks,
        ]

    def timers(self, slices: Sequence[Slice]) -> Mapping[str, Any]:
        """Timer kind -> command, of the line and of the slices."""
        return dict(TIMERS) | {
            kind: command for one in slices for kind, command in one.timers.items()
        }

    def consumers(self, slices: Sequence[Slice]) -> list[Consumer]:
        """What follows every site's journal."""
        return [AUTO_CALL, *(consumer for one in slices for consumer in one.consumers.values())]
