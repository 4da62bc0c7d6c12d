"""Every message between a box and its server: plain values, JSON by msgspec, version 1 of the API.

All connections go out from the box. What belongs to a room (a document to print, what a sign
shows, a request of the kiosk's port) travels as that room's own JSON, in a `Raw` field: this
module knows none of them. A field is only ever added, with a default.
"""

from typing import Final, Literal

import msgspec

#: what all addresses of a box's API begin with
BASE: Final = "/api/v1/box"
#: tickets and ratings of one upload: they fit into a request that the server reads
MOST: Final = 100
#: seconds between two heartbeats
BEAT_S: Final = 20.0


class _Message(msgspec.Struct, frozen=True, omit_defaults=True):
    pass


# --- pairing ------------------------------------------------------------------------------------


class Pair(_Message, frozen=True):
    """`POST /pair`: a box that belongs to nobody introduces itself. No token is needed."""

    #: of the key that the box made for itself: both screens show it
    fingerprint: str
    version: str
    #: what an administrator knows it by: maker and model, name of the host
    hardware: str = ""


class Pairing(_Message, frozen=True):
    """The answer: what the box shows, and what it asks with."""

    #: eight letters that a person reads off the screen
    code: str
    #: proves at each poll that it is the same box; never shown
    secret: str
    #: the page that approves it, for the QR
    url: str
    #: wall clock of the server
    until_ms: int


class Poll(_Message, frozen=True):
    """`POST /pair/poll`."""

    secret: str


class Paired(_Message, frozen=True):
    """How the pairing stands; the token is given once, and again until it was first used."""

    state: Literal["waiting", "approved", "refused", "expired"]
    token: str | None = None
    #: keys of the site and of the box
    site: str | None = None
    box: str | None = None
    #: which of all servers this is, whatever it is called
    installation: str = ""


# --- what the box hosts -------------------------------------------------------------------------


class Hosted(_Message, frozen=True):
    """A device that this box hosts, as the site describes it."""

    #: the server's id, by which both know it
    id: int
    kind: str
    key: str
    name: str
    zone: str
    #: JSON object
    settings: str


class BoxConfig(_Message, frozen=True):
    """`GET /config`: all that the box has to know of its site."""

    box: str
    #: its own device
    device: int
    site: int
    site_key: str
    site_name: str
    #: pe | co | plain
    profile: str
    zone: str
    languages: tuple[str, ...]
    devices: tuple[Hosted, ...]
    #: where phones reach the server, "" where they do not
    public_address: str
    #: of all of the above: changes when any of it does
    version: str
    #: as in `Paired`
    installation: str = ""


# --- heartbeat ----------------------------------------------------------------------------------


class Beat(_Message, frozen=True):
    """`POST /beat`, every `BEAT_S`: how the box and what it hosts are."""

    #: of the program
    version: str
    #: of the configuration that it works with
    config: str
    uptime_s: int
    #: its wall clock now
    clock_ms: int
    #: number of the last fact of the site that it heard of
    seq: int
    #: papers waiting or under way
    spool: int
    #: tickets and ratings that the server does not have yet
    backlog: int = 0
    #: since when its kiosk goes on by itself, its wall clock; None: it is connected
    offline_ms: int | None = None
    #: device id -> JSON object, as the device's own worker says it
    devices: dict[int, msgspec.Raw] = {}


class Beaten(_Message, frozen=True):
    """The answer."""

    #: the server's wall clock when it answered: half a round trip later is now
    clock_ms: int
    #: of the server's program: pages reload when it changes
    version: str
    #: of the box's configuration
    config: str
    #: the next token, once, when an administrator rolled it; the old one ends at its first use
    token: str | None = None


# --- paper --------------------------------------------------------------------------------------


class Take(_Message, frozen=True):
    """`POST /print/take`: what is there to print? Asked at a doorbell, and each minute."""

    #: keys of the printers; empty: all that the box hosts
    printers: tuple[str, ...] = ()


class Handed(_Message, frozen=True):
    """A job of the server's spool for a printer that this box hosts."""

    #: the server's number: the box takes it once
    job: int
    #: id of the device
    printer: int
    ticket: str
    copy: bool
    place: str | None
    created_ms: int
    #: what stands on it: a `printer.document.Document`
    document: msgspec.Raw


class Taking(_Message, frozen=True):
    """The answer. A job is given again until the box reports it, and is the same one then."""

    jobs: tuple[Handed, ...] = ()
    #: job -> printed | cancelled: decided at the server (its ticket ended, somebody answered "did
    #: it come out?"), and told until the box reports such a state itself
    settled: dict[int, str] = {}


class Report(_Message, frozen=True):
    """`POST /print/report`: how a job stands at the box, whole: saying it twice changes nothing.

    The first one, "queued", says that the box has it.
    """

    job: int
    state: str
    reason: str | None = None
    #: failed, and the box will try again by itself
    again: bool = False
    #: counts the job's changes at the box, from 1: an older one is passed over
    version: int = 0


class Reported(_Message, frozen=True):
    """The answer: how the server's job stands now; "": it knows no such job of this box."""

    state: str


class Copied(_Message, frozen=True):
    """`POST /print/copied`: a copy that somebody asked for at the box while it had no server, and how
    that ended. Said under an Idempotency-Key. From then on `Report` speaks of it.
    """

    #: key of the device
    printer: str
    ticket: str
    place: str | None
    state: str
    reason: str | None = None
    #: as in `Report`
    version: int = 1


class CopyKept(_Message, frozen=True):
    """The answer."""

    #: the server's number
    job: int


class Answer(_Message, frozen=True):
    """`POST /print/answer`: whether a paper whose end is unknown came out; a copy is made if not.

    Answered by `Reported`; refused (409) when it was answered already.
    """

    job: int
    came_out: bool


# --- the kiosk without its server ---------------------------------------------------------------


class LeaseWanted(_Message, frozen=True):
    """`POST /lease`: numbers of today for a kiosk to give while it cannot ask.

    Asked under an Idempotency-Key, so that an answer that was lost costs no numbers; each other
    request gets other ones.
    """

    kiosk: str
    #: the services of which it has enough (more than half of what it was given, say): key, and the
    #: last number that it has. They get none.
    held: tuple[tuple[str, str], ...] = ()


class LeasedNumbers(_Message, frozen=True):
    """Numbers of one service and day that nobody else gives."""

    lease: int
    service: str
    prefix: str
    #: YYYY-MM-DD at the site: after it the numbers are worth nothing
    day: str
    #: first and last, without their letters
    first: int
    last: int


class Leases(_Message, frozen=True):
    """The answer: new numbers, for the services that are not in `held`; none of a service that
    gave this kiosk all that it gives in a day.
    """

    leases: tuple[LeasedNumbers, ...] = ()


class Offer(_Message, frozen=True):
    """`GET /offer/{kiosk}`: what its kiosk goes on offering while it cannot ask."""

    #: `queue.views.SiteView`
    site: msgspec.Raw
    #: `kiosk.port.Place`
    place: msgspec.Raw
    #: the letters with which the site's numbers begin
    prefixes: tuple[str, ...]
    #: key of a service -> its hours as its row keeps them (JSON); one that is not named is always open
    hours: dict[str, str]
    #: the server's wall clock
    at_ms: int


class Taken(_Message, frozen=True):
    """A ticket that the kiosk made by itself."""

    #: made by the kiosk
    id: str
    lease: int
    number: str
    #: the secret of its address, as on the paper
    code: str
    day: str
    kiosk: str
    service: str
    attention: str | None
    language: str
    #: by the box's wall clock
    issued_ms: int
    #: server's clock less the box's, when they last spoke, milliseconds
    offset_ms: int
    people: int = 1
    aids: tuple[str, ...] = ()
    #: how its paper stands
    printed: str | None = None
    #: key of an act that may have made a ticket at the server before the connection was lost
    instead_of: str | None = None


class Rated(_Message, frozen=True):
    """A rating given while the server was away."""

    #: of the act, so that it counts once
    key: str
    #: code of the ticket
    code: str
    #: a `queue.requests.Rate`
    rate: msgspec.Raw
    at_ms: int


class Upload(_Message, frozen=True):
    """`POST /upload`: in the order in which they were made, at most `MOST` in all."""

    tickets: tuple[Taken, ...] = ()
    ratings: tuple[Rated, ...] = ()


class Kept(_Message, frozen=True):
    """What became of each thing uploaded: the box forgets it, or shows staff what was refused."""

    #: id of the ticket or key of the rating -> kept | known (the server had it) | superseded (its
    #: person was served under the number of `instead_of`, and this one is cancelled), or the code
    #: of a refusal
    results: dict[str, str]
