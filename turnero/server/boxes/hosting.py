"""Which devices a box hosts, and how the journal names a box."""

from turnero.store import devices
from turnero.store.devices import Device
from turnero.store.errors import NotFound, Refused
from turnero.store.ledger import Ledger
from turnero.web.pages import web_of
from turnero.web.principal import PageRequest, Principal


def actor_of(principal: Principal) -> str:
    """The box as it acts: the same whatever its token is by now, so that an act repeated after
    that changed is still the same act.
    """
    return f"box:{principal.site}.{principal.place}"


async def hosted(request: PageRequest, kind: str, key: str) -> Device:
    """The device, if it is one that this box hosts; else `Refused` (403)."""
    principal = request.user
    found = await web_of(request).ledger.read(devices.by_key, principal.site or 0, kind, key)
    if found is None or principal.place is None or found.setting("box") != principal.place:
        raise Refused("not-hosted", 403, device=key[:200])
    return found


async def own(
    ledger: Ledger, principal: Principal, kind: str = "printer"
) -> tuple[Device, list[Device]]:
    """The device of this box, and those of that kind that it hosts.

    Raises `NotFound` when the box was taken out of its site.
    """
    there = await ledger.read(devices.of_site, principal.site or 0)
    box = next((one for one in there if (one.kind, one.key) == ("box", principal.place)), None)
    if box is None:
        raise NotFound("box-unknown")
    return box, [one for one in there if one.kind == kind and one.setting("box") == box.key]
