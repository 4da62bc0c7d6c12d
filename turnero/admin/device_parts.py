"""What can be filled in for each device of a site: boxes, kiosks, boards, printers, signs.

Pure: only which fields there are and what they are called.
"""

from typing import Any, Final

from turnero.admin.fields import Arrows, Choice, Field, Languages, Lines, Names, Number
from turnero.admin.sections import Section
from turnero.queue.site_shape import (
    BoardPart,
    BoxPart,
    KioskPart,
    PrinterPart,
    SignPart,
    SiteFile,
)
from turnero.web.languages import mark

NAME: Final = mark("Name")
ZONE_HINT: Final = mark(
    "Only for halls with several waiting areas: boards show the calls of the desks of their own "
    "area. Empty: one area for all."
)


def _printers(file: SiteFile, _part: Any) -> list[tuple[str, str]]:
    return [(one.key, one.name) for one in file.printer]


def _desks(file: SiteFile, _part: Any) -> list[tuple[str, str]]:
    return [(one.key, one.name) for one in file.desk]


def _boxes(file: SiteFile, _part: Any) -> list[tuple[str, str]]:
    return [(one.key, one.name) for one in file.box]


BOXES: Final = Section(
    key="boxes",
    part="box",
    shape=BoxPart,
    title=mark("Boxes"),
    about=mark(
        "Small computers beside the hardware. One shows a kiosk that goes on without the server, "
        "and reaches printers and signs."
    ),
    new=mark("New box"),
    icon="computer",
    fields=(
        Field(
            name="name",
            label=NAME,
            hint=mark("Where it stands, such as Main entrance."),
            required=True,
        ),
        Field(name="zone", label=mark("Waiting area"), hint=ZONE_HINT, most=40),
    ),
)

KIOSKS: Final = Section(
    key="kiosks",
    part="kiosk",
    shape=KioskPart,
    title=mark("Kiosks"),
    about=mark("Screens at which people take their tickets, and what they tell them."),
    new=mark("New kiosk"),
    icon="ticket",
    fields=(
        Field(
            name="name",
            label=NAME,
            hint=mark("Where it stands, such as Main entrance."),
            required=True,
        ),
        Choice(
            name="printer",
            label=mark("Its printer"),
            choices=(("", mark("None: the number on the screen is enough")),),
            options=_printers,
        ),
        Choice(
            name="box",
            label=mark("Its box"),
            hint=mark("With a box it goes on giving tickets while the server cannot be reached."),
            choices=(("", mark("None: it opens the server's page")),),
            options=_boxes,
        ),
        Names(
            name="where", label=mark("Where to wait"), hint=mark("On its last page and on paper.")
        ),
        Names(name="footer", label=mark("Last line on paper")),
        Names(
            name="staff",
            label=mark("Where staff is found"),
            hint=mark("Said when somebody asks for help and nobody answers."),
        ),
        Field(name="zone", label=mark("Waiting area"), hint=ZONE_HINT, most=40),
        Field(
            name="scanner",
            label=mark("Its scanner"),
            hint=mark(
                "Only one at a serial port, such as serial:///dev/turnero/serial-0c2e-123-00. One that "
                "types like a keyboard needs nothing here."
            ),
            most=200,
            empty=None,
        ),
        Choice(
            name="mm",
            label=mark("Size of its screen"),
            choices=(
                ("", mark("As usual: 22 inches")),
                ("3", mark("Larger: 27 inches and more")),
                ("5", mark("Smaller: 17 inches")),
                ("6", mark("Much smaller: a tablet")),
            ),
            means=(("", None), ("3", 3), ("4", 4), ("5", 5), ("6", 6)),
        ),
    ),
)

#: where a desk may lie
ARROWS: Final = (
    ("", mark("right (as usual)")),
    ("left", mark("left")),
    ("up", mark("ahead")),
    ("down", mark("behind")),
    ("up-right", mark("ahead on the right")),
    ("up-left", mark("ahead on the left")),
    ("down-right", mark("behind on the right")),
    ("down-left", mark("behind on the left")),
)

BOARDS: Final = Section(
    key="boards",
    part="board",
    shape=BoardPart,
    title=mark("Boards"),
    about=mark("Screens and voices that call people, and what they show meanwhile."),
    new=mark("New board"),
    icon="bell",
    fields=(
        Field(
            name="name",
            label=NAME,
            hint=mark("Where it hangs, such as Waiting room."),
            required=True,
        ),
        Field(name="zone", label=mark("Waiting area"), hint=ZONE_HINT, most=40),
        Choice(
            name="box",
            label=mark("Its box"),
            hint=mark("Its screen then needs no token."),
            choices=(("", mark("None: it opens the server's page")),),
            options=_boxes,
        ),
        Choice(
            name="sound",
            label=mark("Sound"),
            choices=(
                ("", mark("The first board of its area that can")),
                ("yes", mark("Always")),
                ("no", mark("Never")),
            ),
            means=(("", None), ("yes", True), ("no", False)),
        ),
        Languages(
            name="voice",
            label=mark("Languages of its voice"),
            hint=mark("None: the site's own language, then the called person's."),
            first=False,
        ),
        Choice(
            name="contrast",
            label=mark("Colours"),
            choices=(("", mark("As usual")), ("yes", mark("Black and yellow, against a window"))),
            means=(("", None), ("yes", True), ("no", False)),
        ),
        Lines(
            name="notices",
            label=mark("Notices"),
            hint=mark("One a line; shown one after the other while nobody is called."),
        ),
        Arrows(
            name="arrows",
            label=mark("Where each desk lies, seen from this board"),
            choices=ARROWS,
        ),
    ),
)

PRINTERS: Final = Section(
    key="printers",
    part="printer",
    shape=PrinterPart,
    title=mark("Printers"),
    about=mark("Ticket printers, and how they are reached."),
    new=mark("New printer"),
    icon="printer",
    fields=(
        Field(name="name", label=NAME, required=True),
        Field(
            name="url",
            label=mark("Address"),
            hint=mark(
                "tcp://192.168.1.50 for one in the network; serial:///dev/ttyUSB0, usb://04b8:0e15 or "
                "lp://name for one at this machine or box; virtual: for paper on a page."
            ),
            required=True,
            most=300,
        ),
        Choice(
            name="box",
            label=mark("Connected to"),
            choices=(("", mark("The server, or the network")),),
            options=_boxes,
        ),
        Field(
            name="profile",
            label=mark("Model"),
            hint=mark("Empty: one that understands the common commands on 80 mm paper."),
            empty=None,
        ),
        Choice(
            name="mode",
            label=mark("How it prints"),
            hint=mark("Over a slow serial line it always uses its own letters."),
            choices=(
                ("", mark("With its own letters: fast")),
                ("raster", mark("Drawn as a picture: any script, exact letters")),
            ),
        ),
    ),
)

SIGNS: Final = Section(
    key="signs",
    part="sign",
    shape=SignPart,
    title=mark("LED signs"),
    about=mark(
        "Signs with lit numbers, over a desk or in a waiting area, and how they are reached."
    ),
    new=mark("New sign"),
    icon="sign",
    fields=(
        Field(
            name="name",
            label=NAME,
            hint=mark("Where it hangs, such as Over desk 3."),
            required=True,
        ),
        Choice(
            name="desk",
            label=mark("What it shows"),
            choices=(("", mark("The calls of its waiting area")),),
            options=_desks,
        ),
        Field(name="zone", label=mark("Waiting area"), hint=ZONE_HINT, most=40),
        Choice(
            name="protocol",
            label=mark("Its language"),
            hint=mark("The sign's manual says which; it is set on the sign itself."),
            choices=(
                ("ditel", mark("Ditel, ASCII (DT-203X, DT-105X, DT-110X)")),
                ("modbus-ditel", mark("Modbus, Ditel (DN109, DN119, DN189)")),
                ("modbus-dm", mark("Modbus, digits alone (DM36, DM56)")),
                ("alpha", mark("Alpha (BetaBrite, Adaptive)")),
            ),
            means=(),
        ),
        Field(
            name="url",
            label=mark("Address"),
            hint=mark(
                "serial:///dev/serial/by-id/… for a port of this machine, tcp://192.168.1.60:502 or "
                "socket://192.168.1.60:4001 for one in the network; virtual: for a sign on a page."
            ),
            required=True,
            most=300,
        ),
        Number(
            name="address",
            label=mark("Its number on the line"),
            hint=mark("As it is set on the sign. Empty: 1, for Alpha 0."),
        ),
        Choice(
            name="box",
            label=mark("Connected to"),
            choices=(("", mark("The server, or the network")),),
            options=_boxes,
        ),
        Number(
            name="width",
            label=mark("Characters"),
            hint=mark("How many fit on it. Empty: as usual for its kind."),
        ),
        Number(
            name="brightness",
            label=mark("Brightness, per cent"),
            hint=mark("Ditel ASCII and Alpha alone. Empty: as it is set on the sign."),
        ),
        Field(
            name="idle",
            label=mark("While nobody is called"),
            hint=mark("A word that fits on it. Empty: dark."),
            empty=None,
            most=40,
        ),
        Arrows(
            name="arrows",
            label=mark("Where each desk lies, seen from this sign"),
            choices=(("", mark("no arrow")), ("right", mark("right")), *ARROWS[1:]),
        ),
    ),
)
