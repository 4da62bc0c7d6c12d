"""The shape of a site's description: the tables and keys of its TOML file.

Only shape and defaults; site_file.py reads it, site_rules.py says what must hold.
"""

from typing import Literal

import msgspec

from turnero.queue.call_settings import CallSettings, OwnCallSettings
from turnero.queue.settings import Settings

#: language → text
Names = dict[str, str]
#: weekday → spans such as "08:00-13:00"
Spans = dict[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], tuple[str, ...]]
#: which way people turn from a board
Arrow = Literal["right", "left", "up", "down", "up-right", "up-left", "down-right", "down-left"]


class _Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    pass


class SitePart(_Part, frozen=True):
    """`[site]`"""

    key: str
    name: str
    #: IANA time zone, such as "America/Lima"
    zone: str
    profile: Literal["pe", "co", "plain"] = "plain"
    #: the first is the site's own
    languages: tuple[str, ...] = ("es",)
    #: of every service that has none
    hours: Spans | None = None
    settings: Settings = Settings()


class AttentionPart(_Part, frozen=True):
    """`[[attention]]`, in the order in which classes are called unless `rank` says otherwise"""

    key: str
    name: Names
    #: less is called first; by default its place in the file
    rank: int | None = None
    #: given only at triage
    clinical: bool = False
    #: the person may choose it; never a clinical one
    kiosk: bool = True
    #: the class of who asks for none; by default the last one that is not clinical
    usual: bool = False
    #: the wait to stay under; by default its service's, halved for who goes before the usual class
    target_minutes: int | None = None


class ServicePart(_Part, frozen=True):
    """`[[service]]`; one that others name as parent is a group"""

    key: str
    name: Names
    parent: str | None = None
    #: one or two letters that begin its numbers
    prefix: str | None = None
    #: neutral name of a sensitive service: the only one the public sees
    public_name: Names | None = None
    #: language → what to bring
    requirements: dict[str, tuple[str, ...]] = {}
    hours: Spans | None = None
    all_day: bool = False
    #: tickets a day
    quota: int | None = None
    #: the wait to stay under; by default the site's
    target_minutes: int | None = None
    #: so many free desks that serve it are kept for it from the automatic calls of others
    reserve: int = 0
    #: whether finishing asks how it ended
    outcomes: bool = False
    #: whether it is open on holidays and on the site's closures
    holidays: bool = False
    #: services that its tickets go on through after it, under the same number
    path: tuple[str, ...] = ()
    #: offers callbacks by telephone, with what it sets of its own; by default it offers none
    callbacks: OwnCallSettings | None = None
    #: who is sent here takes a new place in line, instead of that of their first arrival
    anew: bool = False
    #: language → where its people go, such as "2nd floor": said when a path sends them here
    where: Names = {}


class DeskPart(_Part, frozen=True):
    """`[[desk]]`"""

    key: str
    name: str
    #: which boards show its calls
    zone: str = ""
    primary: tuple[str, ...] = ()
    #: called only while nobody waits for a primary one
    overflow: tuple[str, ...] = ()
    #: calls the next one by itself when free
    auto_call: bool = False
    #: keys of the classes it calls before the others; empty: all alike
    classes: tuple[str, ...] = ()
    #: it never calls the others
    only_classes: bool = False
    #: its telephone's name at the exchange; by default it calls nobody back
    phone: str | None = None
    #: when somebody is to work there: the roster
    planned: Spans = {}


class ClosurePart(_Part, frozen=True):
    """`[[closure]]`: a day on which the site is shut"""

    #: YYYY-MM-DD
    day: str
    name: str = ""


class ContentPart(_Part, frozen=True):
    """`[[content]]`: what boards show between calls, each in its turn"""

    key: str
    #: its heading; what a picture is called
    name: Names
    #: rights: our own sentences on the rights and duties of patients, by the country's profile
    sort: Literal["notice", "rights", "picture"] = "notice"
    #: of a notice: language → what it says
    text: Names = {}
    #: digest of a picture: it fills the place, or stands beside a notice
    picture: str | None = None
    #: language → what the picture shows, for who does not see it
    alt: Names = {}
    seconds: int = 12
    #: when it is shown; by default always
    hours: Spans = {}
    #: first and last day, YYYY-MM-DD
    since: str | None = None
    until: str | None = None
    #: zones whose boards show it, and boards by key; by default all
    zones: tuple[str, ...] = ()
    boards: tuple[str, ...] = ()


class DevicePart(_Part, frozen=True):
    """A machine of the site; each kind adds what can be set of it"""

    key: str
    name: str


class BoxPart(DevicePart, frozen=True):
    """`[[box]]`: a small computer beside the hardware, which runs `turnero device`"""

    zone: str = ""


class KioskPart(DevicePart, frozen=True):
    """`[[kiosk]]`"""

    zone: str = ""
    #: key of the box that shows its pages, so that it goes on without the server
    box: str | None = None
    #: key of its printer
    printer: str | None = None
    #: language → where to wait, on its last page and on paper
    where: dict[str, str] = {}
    #: language → the last line on paper
    footer: dict[str, str] = {}
    #: language → where staff is found when nobody answers a call for help
    staff: dict[str, str] = {}
    #: its scanner at a serial port: `serial:///dev/turnero/…?baudrate=9600`
    scanner: str | None = None
    #: pixels that make a millimetre of its screen, so that keys are as large as a thumb
    mm: Literal[3, 4, 5, 6] | None = None


class BoardPart(DevicePart, frozen=True):
    """`[[board]]`; from `sound` on these are the board's own settings, kept with it"""

    zone: str = ""
    #: key of the box whose screen it is, which then needs no token of its own
    box: str | None = None
    #: whether it sounds; by default the first board of its zone that can
    sound: bool | None = None
    #: black and yellow, for a panel against a window
    contrast: bool | None = None
    #: languages of every call; by default the site's first, then the person's own
    voice: tuple[str, ...] = ()
    #: name of a desk → where it lies as seen from the board; by default right
    arrows: dict[str, Arrow] = {}
    #: language → lines shown one after the other
    notices: dict[str, tuple[str, ...]] = {}


class PrinterPart(DevicePart, frozen=True):
    """`[[printer]]`"""

    url: str
    profile: str | None = None
    #: "raster": the whole ticket is drawn, for any script; by default the printer's own letters
    mode: Literal["raster"] | None = None
    #: key of the box that it is connected to; by default the server reaches it
    box: str | None = None


class TicketPart(_Part, frozen=True):
    """`[ticket]`: what the paper of this site says besides number, place and code"""

    #: a PNG in base64, at most `site_paper.LOGO_WIDE` by `LOGO_HIGH` dots
    logo: str | None = None
    #: language → own lines below the site's name
    above: dict[str, tuple[str, ...]] = {}
    #: language → own lines below the code
    below: dict[str, tuple[str, ...]] = {}
    #: language → small notices at the end
    notices: dict[str, tuple[str, ...]] = {}
    #: which parts are shown: people ahead, the wait, the QR code, the way through services
    ahead: bool = True
    wait: bool = True
    qr: bool = True
    way: bool = True
    #: large letters for everybody, not only for who asked for them at the kiosk
    large: bool = False


class SignPart(DevicePart, frozen=True):
    """`[[sign]]`: an LED sign, over a desk or for a zone"""

    #: the line it is on: serial:///dev/…, tcp://host:port, socket://host:port, virtual:
    url: str
    #: ditel | modbus-ditel | modbus-dm | alpha
    protocol: str
    zone: str = ""
    #: key of the desk that it hangs over; by default it calls for its zone
    desk: str | None = None
    #: on its line; by default as its protocol has it
    address: int | None = None
    #: characters
    width: int | None = None
    #: per cent
    brightness: int | None = None
    #: what stands there while nobody is called
    idle: str | None = None
    #: name of a desk → where it lies as seen from the sign
    arrows: dict[str, Arrow] = {}
    #: key of the box that it is connected to; by default the server reaches it
    box: str | None = None


#: the classes of a site that describes none
CLASSES = (
    AttentionPart(
        "preferential", {"es": "Preferente", "en": "Priority", "pt": "Preferencial"}, rank=10
    ),
    AttentionPart(
        "ordinary", {"es": "General", "en": "General", "pt": "Geral"}, rank=20, usual=True
    ),
)


class SiteFile(_Part, frozen=True):
    """The whole file"""

    site: SitePart
    service: tuple[ServicePart, ...]
    desk: tuple[DeskPart, ...] = ()
    attention: tuple[AttentionPart, ...] = CLASSES
    box: tuple[BoxPart, ...] = ()
    kiosk: tuple[KioskPart, ...] = ()
    board: tuple[BoardPart, ...] = ()
    printer: tuple[PrinterPart, ...] = ()
    sign: tuple[SignPart, ...] = ()
    closure: tuple[ClosurePart, ...] = ()
    content: tuple[ContentPart, ...] = ()
    ticket: TicketPart = TicketPart()
    callbacks: CallSettings = CallSettings()

    def groups(self) -> frozenset[str]:
        """Keys of the services that others name as parent."""
        return frozenset(part.parent for part in self.service if part.parent is not None)
