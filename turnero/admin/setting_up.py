"""The commands of the wizard: a step stored in the draft, and what it makes of the site, at once.

Both are one transaction: a draft never says that a step is done whose site was refused.
"""

import msgspec
from msgspec.structs import replace

from turnero.admin.edits import DEVICES
from turnero.admin.fields import one
from turnero.admin.parts import SECTIONS
from turnero.admin.plan import ORDER, Plan, check_desks, file_of, told
from turnero.admin.sections import Section
from turnero.queue import reads, refusals, site_file, site_out
from turnero.queue.commands import drafts
from turnero.queue.commands.sites import load_site
from turnero.queue.site_shape import SiteFile
from turnero.store.errors import Refused
from turnero.store.tx import Tx

#: the section of each later step
LATER = {"kiosk": "kiosks", "printer": "printers", "board": "boards"}


class Step(msgspec.Struct, frozen=True):
    """What was typed at one step, on which version of the draft."""

    draft: int
    version: int
    step: str
    typed: dict[str, tuple[str, ...]] = {}


def following(step: str) -> str:
    """The step after this one."""
    return ORDER[min(ORDER.index(step) + 1, len(ORDER) - 1)]


def plan_of(draft: drafts.Draft) -> Plan:
    """The draft's plan."""
    return msgspec.json.decode(draft.body, type=Plan)


def body_of(plan: Plan) -> str:
    """A plan as the draft keeps it."""
    return msgspec.json.encode(plan).decode()


def keep(tx: Tx, request: Step) -> drafts.Kept:
    """Store a step of the plan; nothing is made yet."""
    plan = told(_present(tx, request), request.step, request.typed)
    return _save(tx, request, plan)


def make(tx: Tx, request: Step) -> drafts.Kept:
    """Store the desks and make the site. Raises `BadForm` or `Breach`."""
    plan = told(_present(tx, request), request.step, request.typed)
    check_desks(plan)
    file = site_file.checked(file_of(plan))
    if reads.site_no(tx, file.site.key) is not None and not plan.site:
        raise Refused("site-taken", 409, site=file.site.key)
    load_site(tx, file)
    return _save(tx, request, replace(plan, site=file.site.key))


def equip(tx: Tx, request: Step) -> drafts.Kept:
    """Store a kiosk, printer or board in the site."""
    plan = _present(tx, request)
    file = site_out.read(tx, tx.site)
    if file is None:
        raise refusals.unknown("site-unknown", site=plan.site)
    load_site(tx, equipped(file, request))
    return _save(tx, request, plan)


def equipped(file: SiteFile, request: Step) -> SiteFile:
    """The description with what this step sets up: the first of its kind is changed, or made."""
    section = SECTIONS[LATER[request.step]]
    there = section.parts(file)
    typed = request.typed
    if section.part not in DEVICES or not one(typed, "name"):
        return file  # nothing of this kind here: the step is passed over
    item = there[0].key if there else None
    before = set(there)
    file = section.saved(file, item, _complete(section, file, item, typed))
    if section.part == "printer":
        made = next(iter(set(section.parts(file)) - before), section.parts(file)[0])
        kiosks = tuple(
            replace(one, printer=made.key) if one.printer is None else one for one in file.kiosk
        )
        file = replace(file, kiosk=kiosks)
    return site_file.checked(file)


def _complete(
    section: Section, file: SiteFile, item: str | None, typed: dict[str, tuple[str, ...]]
) -> dict[str, tuple[str, ...]]:
    """What was typed, with the fields that the wizard does not ask as they are."""
    shown: dict[str, tuple[str, ...]] = {}
    if item is not None:
        for field in section.fields:
            shown |= {k: tuple(v) for k, v in field.show(section.find(file, item)).items()}
    return shown | typed


def pass_over(tx: Tx, request: Step) -> drafts.Kept:
    """Go on without storing anything."""
    return _save(tx, request, _present(tx, request))


def _present(tx: Tx, request: Step) -> Plan:
    draft = drafts.newest(tx)
    if draft is None or (draft.id, draft.version) != (request.draft, request.version):
        raise refusals.refused("draft-changed")
    return plan_of(draft)


def _save(tx: Tx, request: Step, plan: Plan) -> drafts.Kept:
    more = "add" in request.typed
    step = request.step if more else following(request.step)
    return drafts.save(tx, drafts.Save(request.draft, request.version, step, body_of(plan)))
