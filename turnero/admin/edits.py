"""The commands of the administration: one change of a site's description, made on the description
that the editor saw.

Each is a whole new `SiteFile` that goes through load_site, so every change is a fact with before
and after. When somebody else changed the site meanwhile, nothing is written.
"""

from typing import Literal

import msgspec
from msgspec.structs import replace

from turnero.admin.call_parts import calls_saved
from turnero.admin.fields import Given
from turnero.admin.parts import SECTIONS, settings_saved, site_saved
from turnero.admin.ticket_parts import ticket_saved
from turnero.queue import refusals, site_file, site_out
from turnero.queue.commands.devices import RemoveDevice, remove
from turnero.queue.commands.sites import Loaded, load_site
from turnero.queue.site_devices import PARTS
from turnero.queue.site_shape import SiteFile
from turnero.store.errors import Refused
from turnero.store.tx import Tx

#: parts that loading a description without them leaves alone
DEVICES = frozenset(PARTS)

Act = Literal["save", "remove", "up", "down"]


class Edit(msgspec.Struct, frozen=True):
    """One change: which part, what is done with it, and what was typed."""

    #: digest of the description that the form was made from
    base: str
    #: a section's key, or "site", "settings", "callbacks" or "ticket"
    section: str
    act: Act = "save"
    #: "" makes a new one
    item: str = ""
    typed: dict[str, tuple[str, ...]] = {}


class Upload(msgspec.Struct, frozen=True):
    """A whole description in place of the one that the page showed."""

    base: str
    file: SiteFile


def current(tx: Tx, base: str) -> SiteFile:
    """The site's description, if it is still the one of that digest."""
    file = site_out.read(tx, tx.site)
    if file is None:
        raise refusals.unknown("site-unknown", site=str(tx.site))
    if site_out.digest(file) != base:
        raise Refused("site-changed", 409)
    return file


def changed(file: SiteFile, request: Edit) -> SiteFile:
    """The description after this change, checked. Raises `Breach` or `BadForm`."""
    given: Given = request.typed
    if request.section == "site":
        return site_file.checked(site_saved(file, given))
    if request.section == "callbacks":
        return site_file.checked(calls_saved(file, given))
    if request.section == "settings":
        return site_file.checked(settings_saved(file, given))
    if request.section == "ticket":
        return site_file.checked(ticket_saved(file, given))
    section = SECTIONS[request.section]
    match request.act:
        case "save":
            after = section.saved(file, request.item or None, given)
        case "remove":
            after = section.removed(file, request.item)
        case "up":
            after = section.moved(file, request.item, -1)
        case "down":
            after = section.moved(file, request.item, 1)
    return site_file.checked(after)


def edit(tx: Tx, request: Edit) -> Loaded:
    """Make the change."""
    file = current(tx, request.base)
    loaded = load_site(tx, changed(file, request))
    part = SECTIONS[request.section].part if request.section in SECTIONS else ""
    if request.act == "remove" and part in DEVICES:
        remove(tx, RemoveDevice(file.site.key, part, request.item))
        return replace(loaded, changes=loaded.changes + 1)
    return loaded


def upload(tx: Tx, request: Upload) -> Loaded:
    """Load an uploaded description."""
    current(tx, request.base)
    return load_site(tx, request.file)
