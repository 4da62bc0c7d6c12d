"""What can be filled in for what boards show between calls.

Pure: only which fields there are and what they are called. Uploading pictures is pictures.py.
"""

from typing import Any, ClassVar, Final

from turnero.admin.fields import Choice, Field, Names, Number, Some, Week
from turnero.admin.sections import Section
from turnero.queue.site_content import LONGEST
from turnero.queue.site_shape import ContentPart, SiteFile
from turnero.web.languages import mark


class Picked(Field, frozen=True, kw_only=True):
    """One of the pictures that were uploaded, or none."""

    kind: ClassVar[str] = "picture"


def _zones(file: SiteFile, _part: Any) -> list[tuple[str, str]]:
    zones = dict.fromkeys(one.zone for one in file.board if one.zone)
    return [(zone, zone) for zone in zones]


def _boards(file: SiteFile, _part: Any) -> list[tuple[str, str]]:
    return [(one.key, one.name) for one in file.board]


CONTENT: Final = Section(
    key="content",
    part="content",
    shape=ContentPart,
    title=mark("Between calls"),
    about=mark("What boards show beside the calls, one after the other, in this order."),
    new=mark("New content"),
    icon="info",
    ordered=True,
    fields=(
        Names(
            name="name",
            label=mark("Heading"),
            hint=mark("Of a notice it stands above the text; a picture has it in this list only."),
            required=True,
        ),
        Choice(
            name="sort",
            label=mark("What it is"),
            choices=(
                ("notice", mark("A notice, with a picture beside it or without")),
                ("rights", mark("Rights and duties of patients, in our words")),
                ("picture", mark("A picture alone")),
            ),
            means=(),
        ),
        Names(
            name="text",
            label=mark("Text of the notice"),
            hint=mark("Two short sentences are read; four are not."),
            most=LONGEST,
        ),
        Picked(name="picture", label=mark("Picture"), empty=None),
        Names(
            name="alt",
            label=mark("What the picture shows"),
            hint=mark("In words, for who does not see it."),
            most=LONGEST,
        ),
        Number(
            name="seconds",
            label=mark("Seconds for which it stands"),
            hint=mark("From 5 to 120."),
            nothing=12,
        ),
        Week(name="hours", label=mark("When"), hint=mark("All empty: always.")),
        Field(name="since", label=mark("From this day on"), type="date", empty=None),
        Field(name="until", label=mark("Until this day"), type="date", empty=None),
        Some(
            name="zones",
            label=mark("Waiting areas"),
            hint=mark("None: all."),
            options=_zones,
        ),
        Some(name="boards", label=mark("Boards"), hint=mark("None: all."), options=_boards),
    ),
)
