"""What can be filled in for each part of a site: services, priorities, desks, devices, settings.

Pure: only which fields there are and what they are called.
"""

from typing import Any, Final

from msgspec.structs import replace

from turnero.admin.call_parts import OFFERED, PHONE
from turnero.admin.content_parts import CONTENT
from turnero.admin.device_parts import BOARDS, BOXES, KIOSKS, NAME, PRINTERS, SIGNS, ZONE_HINT
from turnero.admin.fields import (
    Choice,
    Field,
    Flag,
    Given,
    Languages,
    Lines,
    Names,
    Number,
    Serves,
    ServiceHours,
    SiteHours,
    Some,
    Steps,
    Values,
    Week,
    leaves,
    own_name,
)
from turnero.admin.sections import Section
from turnero.queue.settings import Settings
from turnero.queue.site_shape import (
    AttentionPart,
    ClosurePart,
    DeskPart,
    ServicePart,
    SiteFile,
)
from turnero.store.errors import NotFound
from turnero.web.languages import mark


def _groups(file: SiteFile, part: Any) -> list[tuple[str, str]]:
    """What a service may lie below: not itself, nor what is below it."""
    below = {part.key} if part is not None else set()
    while more := {one.key for one in file.service if one.parent in below} - below:
        below |= more
    return [(one.key, own_name(one.name, file)) for one in file.service if one.key not in below]


def _others(file: SiteFile, part: Any) -> list[tuple[str, str]]:
    """The other services that give tickets."""
    return [
        (one.key, own_name(one.name, file))
        for one in leaves(file)
        if part is None or one.key != part.key
    ]


def _classes(file: SiteFile, _part: Any) -> list[tuple[str, str]]:
    """What a desk may be for; clinical ones every desk calls."""
    return [(one.key, own_name(one.name, file)) for one in file.attention if not one.clinical]


_TARGET: Final = mark("Wait to stay under, minutes")

SERVICES: Final = Section(
    key="services",
    part="service",
    shape=ServicePart,
    title=mark("Services"),
    about=mark("What people come for, in the order in which the kiosk offers it."),
    new=mark("New service"),
    icon="list",
    ordered=True,
    fields=(
        Names(name="name", label=NAME, required=True),
        Field(
            name="prefix",
            label=mark("Letter of its numbers"),
            hint=mark("One or two capital letters, such as A. None for a group of services."),
            empty=None,
            most=2,
        ),
        Choice(
            name="parent",
            label=mark("Group"),
            hint=mark("The kiosk shows a group first, then the services in it."),
            choices=(("", mark("In no group")),),
            options=_groups,
        ),
        ServiceHours(name="hours", label=mark("Hours")),
        Flag(name="holidays", label=mark("Open on holidays too")),
        Lines(
            name="requirements",
            label=mark("What to bring"),
            hint=mark("One thing a line; people read it before they take a ticket."),
        ),
        Number(name="quota", label=mark("Tickets a day, at most"), hint=mark("Empty: no limit.")),
        Number(
            name="target_minutes",
            label=_TARGET,
            hint=mark(
                "Beyond it the supervisor's page shows the service as late; by it waiting times are "
                "weighed. Empty: as in the settings."
            ),
        ),
        Number(
            name="reserve",
            label=mark("Free desks kept for it"),
            hint=mark(
                "So many of its desks, while they are free, call nobody of other services by "
                "themselves. Empty: none."
            ),
            nothing=0,
        ),
        Names(
            name="public_name",
            label=mark("Neutral public name"),
            hint=mark(
                "For services that nobody should be seen waiting for: the only name on board, "
                "paper, voice and phone."
            ),
            none=True,
        ),
        Flag(name="outcomes", label=mark("Ask how it ended when finishing")),
        Steps(
            name="path",
            label=mark("Afterwards, with the same number"),
            hint=mark(
                "The services that its people go on through, one after the other, such as cashier "
                "and laboratory. Each must be attended at some desk."
            ),
            options=_others,
        ),
        Names(
            name="where",
            label=mark("Where it is"),
            hint=mark("Such as 2nd floor: told to people whom another service sends here."),
        ),
        Flag(
            name="anew",
            label=mark("Who is sent here waits behind those who are here"),
            hint=mark("Otherwise the place of their first arrival is kept."),
        ),
        OFFERED,
    ),
)

CLASSES: Final = Section(
    key="classes",
    part="attention",
    shape=AttentionPart,
    title=mark("Priorities"),
    about=mark("In their order; how much it counts is in the settings, under Who is next."),
    new=mark("New priority"),
    icon="priority",
    ordered=True,
    fields=(
        Names(name="name", label=NAME, required=True),
        Flag(name="kiosk", label=mark("People may choose it at the kiosk")),
        Flag(name="clinical", label=mark("Given at triage only")),
        Flag(name="usual", label=mark("For who asks for none")),
        Number(
            name="target_minutes",
            label=_TARGET,
            hint=mark(
                "Empty: that of each service, and half of it for priorities before the usual one."
            ),
        ),
    ),
)

DESKS: Final = Section(
    key="desks",
    part="desk",
    shape=DeskPart,
    title=mark("Desks"),
    about=mark("Where people are called to, what is attended there, and when."),
    new=mark("New desk"),
    icon="person",
    ordered=True,
    fields=(
        Field(
            name="name",
            label=NAME,
            hint=mark("As the board shows it and the voice says it."),
            required=True,
        ),
        Serves(name="serves", label=mark("Services")),
        Some(
            name="classes",
            label=mark("Priorities that it calls first"),
            hint=mark("None: all alike. What is given at triage every desk calls."),
            options=_classes,
        ),
        Flag(name="only_classes", label=mark("It never calls other priorities")),
        Field(name="zone", label=mark("Waiting area"), hint=ZONE_HINT, most=40),
        Flag(name="auto_call", label=mark("Calls the next person by itself when it is free")),
        PHONE,
        Week(
            name="planned",
            label=mark("When somebody is to work there"),
            hint=mark(
                "Who comes before the first of these hours waits from then on; a desk that is not "
                "open by then is missing in the morning."
            ),
        ),
    ),
)

CLOSURES: Final = Section(
    key="closures",
    part="closure",
    shape=ClosurePart,
    title=mark("Closed days"),
    about=mark("Days on which the site is shut, besides the country's holidays."),
    new=mark("New closed day"),
    icon="door",
    by="day",
    fields=(
        Field(name="day", label=mark("Day"), type="date", required=True),
        Field(name="name", label=mark("Why")),
    ),
)


SECTIONS: Final = {
    one.key: one
    for one in (
        SERVICES,
        CLASSES,
        DESKS,
        CLOSURES,
        BOXES,
        KIOSKS,
        BOARDS,
        CONTENT,
        PRINTERS,
        SIGNS,
    )
}

#: of the site itself; the key never changes
SITE_FIELDS: Final[tuple[Field, ...]] = (
    Field(name="name", label=NAME, required=True),
    Choice(
        name="profile",
        label=mark("Country"),
        hint=mark("Whose words, formats and holidays."),
        choices=(
            ("pe", mark("Peru")),
            ("co", mark("Colombia")),
            ("plain", mark("Another country")),
        ),
    ),
    Field(
        name="zone", label=mark("Time zone"), hint="America/Lima, America/Bogota…", required=True
    ),
    Languages(
        name="languages",
        label=mark("Languages"),
        hint=mark("Which the kiosk offers; the first is the site's own."),
    ),
    SiteHours(
        name="hours",
        label=mark("Hours"),
        hint=mark("Of every service that has none of its own."),
    ),
)

SETTINGS_FIELDS: Final[tuple[Field, ...]] = (
    Field(
        name="day_close",
        label=mark("Close of day"),
        hint=mark("When the day ends: 23:30. Who still waits then was not served. never: by hand."),
        required=True,
        most=5,
    ),
    Flag(name="holidays", label=mark("Shut on the country's holidays")),
    Choice(
        name="order",
        label=mark("Who is next"),
        hint=mark(
            "What is given at triage always goes first. In Peru a share is usual, elsewhere waiting "
            "time and target."
        ),
        choices=(
            ("profile", mark("As usual in the country")),
            ("share", mark("Priorities first, with a share for the others")),
            ("accumulating", mark("By waiting time and target: shorter targets age faster")),
            ("strict", mark("Priorities always first")),
        ),
    ),
    Number(
        name="share_first",
        label=mark("Share: so many calls for priorities"),
        hint=mark("Before it is the others' turn, while both wait."),
        required=True,
    ),
    Number(name="share_rest", label=mark("Share: so many calls for the others"), required=True),
    Number(
        name="target_minutes",
        label=_TARGET,
        hint=mark("Of services that say none."),
        required=True,
    ),
    Number(
        name="recall_gap_s", label=mark("Seconds between two calls of one person"), required=True
    ),
    Number(
        name="no_show_recalls",
        label=mark("Calls again before somebody counts as absent"),
        required=True,
    ),
    Number(
        name="return_minutes",
        label=mark("Minutes in which an absent person may come back"),
        required=True,
    ),
    Number(name="undo_s", label=mark("Seconds in which a press can be undone"), required=True),
    Number(
        name="start_after_s",
        label=mark("Seconds after a call from which service counts"),
        hint=mark("Where nobody presses start."),
        required=True,
    ),
    Number(name="max_people", label=mark("People on one ticket, at most"), required=True),
    Number(
        name="step_out_minutes", label=mark("Minutes for which one may step out"), required=True
    ),
    Number(
        name="remind_minutes", label=mark("Minutes before their end: a reminder"), required=True
    ),
    Number(
        name="parked_minutes",
        label=mark("Minutes set aside after which there is an alarm"),
        required=True,
    ),
    Number(
        name="unattended_minutes",
        label=mark("Minutes after which a desk whose page is gone is an alarm"),
        required=True,
    ),
    Number(
        name="ready_minutes",
        label=mark("Minutes before opening at which everything is checked"),
        required=True,
    ),
    Field(
        name="alarm_to",
        label=mark("E-mail address that is told of every alarm"),
        hint=mark("Empty: alarms are shown on the supervisor's page only."),
    ),
)


def site_saved(file: SiteFile, given: Given) -> SiteFile:
    """The description with the site itself as it was typed."""
    values: Values = {}
    for field in SITE_FIELDS:
        values |= field.take(given, file.site, file)
    if values["profile"] not in ("pe", "co", "plain"):
        raise NotFound("part-unknown")
    return replace(file, site=replace(file.site, **values))


def settings_saved(file: SiteFile, given: Given) -> SiteFile:
    """The description with the settings as they were typed."""
    values: Values = {}
    for field in SETTINGS_FIELDS:
        values |= field.take(given, file.site.settings, file)
    if values["order"] not in ("profile", "strict", "accumulating", "share"):
        raise NotFound("part-unknown")
    return replace(file, site=replace(file.site, settings=Settings(**values)))
