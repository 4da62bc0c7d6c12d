"""A clinic for the kiosk's tests: its description, and the room as those who stand at it use it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx

from tests.web.conftest import Known
from turnero.kiosk.ledger import LedgerKiosk
from turnero.queue import reads
from turnero.queue.commands import calls, desks, finishing, moves
from turnero.queue.commands.issue import issue
from turnero.queue.requests import (
    Finish,
    Issue,
    Issued,
    Next,
    OpenDesk,
    TicketMove,
)
from turnero.queue.views import Paper
from turnero.store import journal
from turnero.store.clock import VirtualClock
from turnero.store.facts import Fact
from turnero.store.ledger import Ledger
from turnero.telephony.sealing import SealedNumbers
from turnero.web.principal import Principal, Role
from turnero.web.wiring import Web

T = TypeVar("T")

#: a Wednesday at ten in Lima
MORNING_MS = 1_760_540_400_000
HOST = "http://turnero.test"
ADDRESS = "https://turnos.example.org"

SITE = """
[site]
key = "main"
name = "Clínica"
zone = "America/Lima"
profile = "{profile}"
languages = ["es", "en", "pt"]

[[service]]
key = "admission"
name = {{ es = "Admisión", en = "Admission", pt = "Admissão" }}
prefix = "A"
all_day = true
callbacks = {{}}
[service.requirements]
es = ["DNI", "Hoja de referencia"]
en = ["Identity document", "Referral sheet"]

[[service]]
key = "laboratory"
name = {{ es = "Laboratorio", en = "Laboratory", pt = "Laboratório" }}

[[service]]
key = "blood"
parent = "laboratory"
name = {{ es = "Toma de sangre", en = "Blood test", pt = "Coleta de sangue" }}
prefix = "L"
all_day = true

[[service]]
key = "hiv"
parent = "laboratory"
name = {{ es = "VIH", en = "HIV", pt = "HIV" }}
public_name = {{ es = "Consultorio 4", en = "Room 4", pt = "Sala 4" }}
prefix = "E"
all_day = true

[[service]]
key = "evening"
name = {{ es = "Consulta de tarde", en = "Evening clinic", pt = "Consulta da tarde" }}
prefix = "N"
hours = {{ wed = ["15:30-20:00"] }}

[[service]]
key = "few"
name = {{ es = "Vacunas", en = "Vaccines", pt = "Vacinas" }}
prefix = "V"
all_day = true
quota = 1

[[desk]]
key = "1"
name = "Ventanilla 1"
phone = "201"
primary = ["admission", "blood", "hiv", "few"]

[[kiosk]]
key = "hall"
name = "Entrada"
printer = "paper"

[[kiosk]]
key = "garden"
name = "Jardín"
mm = 5
where = {{ es = "Espere junto a la fuente.", en = "Wait by the fountain." }}
staff = {{ es = "la caseta de la puerta" }}

[[printer]]
key = "paper"
name = "Impresora"
url = "virtual://paper"
"""


class Kiosks(Known):
    """Everybody of the web's tests, and the tokens of two kiosks here and one elsewhere."""

    people: Mapping[str, Principal] = {
        **Known.people,
        "hall": Principal(actor="token:1", role=Role.KIOSK, site=1, place="hall"),
        "garden": Principal(actor="token:2", role=Role.KIOSK, site=1, place="garden"),
        "lost": Principal(actor="token:3", role=Role.KIOSK, site=9, place="hall"),
    }


class Recorded:
    """A voice that remembers what it was asked to say."""

    def __init__(self) -> None:
        self.languages = {"es", "en", "pt"}
        #: name -> language and text
        self.said: dict[str, tuple[str, str]] = {}

    def name(self, text: str, language: str) -> str | None:
        """See `Speech.name`."""
        if language not in self.languages:
            return None
        name = f"{len(self.said):032x}"
        self.said[name] = (language, text)
        return name

    async def sound(self, name: str) -> bytes | None:
        """See `Speech.sound`."""
        return b"RIFF" if name in self.said else None


@dataclass
class Clinic:
    """The running room."""

    ledger: Ledger
    clock: VirtualClock
    web: Web
    client: httpx.AsyncClient
    voice: Recorded
    telephones: SealedNumbers
    keys: int = field(default=0)

    @property
    def port(self) -> LedgerKiosk:
        """The port that the pages use."""
        return LedgerKiosk(self.web, ADDRESS, telephones=self.telephones)

    async def get(self, path: str, who: str = "hall") -> httpx.Response:
        """Look at a page; as nobody in particular with `who` empty."""
        return await self.client.get(path, headers=headers(who))

    async def post(self, path: str, who: str = "hall", **fields: Any) -> httpx.Response:
        """Send a form; without a key of its own each is a new act."""
        self.keys += 1
        data = {"idempotency_key": f"press-{self.keys:06d}", **fields}
        return await self.client.post(path, data=data, headers=headers(who))

    async def text(self, path: str, who: str = "hall") -> str:
        """A page that must be there."""
        answer = await self.get(path, who)
        assert answer.status_code == 200, answer.text
        return answer.text

    async def do(self, command: Callable[..., T], request: Any) -> T:
        """A command, as another screen would run it."""
        return await self.ledger.run(command, request, site=1, actor="system")

    async def arrive(self, service: str = "admission", **more: Any) -> Issued:
        """Somebody takes a ticket elsewhere."""
        return await self.do(issue, Issue(service, **more))

    async def paper(self, ticket: str) -> Paper:
        """All of a ticket, its secret too."""
        paper = await self.ledger.read(reads.paper, ticket, self.clock.line_ms())
        assert paper is not None
        return paper

    async def code(self, ticket: str) -> str:
        """A ticket's secret code."""
        return (await self.paper(ticket)).code

    async def open_desk(self) -> None:
        """Somebody sits down at the window."""
        await self.do(desks.open_desk, OpenDesk("main.1"))

    async def call(self) -> str:
        """The window calls the next; its ticket."""
        called = await self.do(calls.call_next, Next("main.1"))
        assert called.ticket is not None
        return called.ticket

    async def finish(self, ticket: str) -> None:
        """Its service is over."""
        await self.do(finishing.finish, Finish(ticket))

    async def no_show(self, ticket: str) -> None:
        """Called, called again twice, and absent."""
        for _ in range(2):
            self.clock.advance(25_000)
            await self.do(calls.recall, TicketMove(ticket))
        self.clock.advance(25_000)
        await self.do(calls.no_show, TicketMove(ticket))

    async def served(self, service: str = "admission") -> str:
        """Somebody who was attended; their ticket."""
        await self.arrive(service)
        ticket = await self.call()
        await self.finish(ticket)
        return ticket

    async def cancel(self, ticket: str) -> None:
        """Somebody of the staff takes it back."""
        await self.do(moves.cancel, TicketMove(ticket))

    async def facts(self, kind: type[Fact]) -> list[Any]:
        """The facts of one kind, in order."""
        entries = await self.ledger.read(journal.read, 1, 0)
        return [entry.fact for entry in entries if isinstance(entry.fact, kind)]


def headers(who: str) -> dict[str, str]:
    """Of a browser that holds this token; a phone's with an empty one."""
    given = {"origin": HOST, "accept-language": "es"}
    return {**given, "cookie": f"turnero_kiosk={who}"} if who else given


def described(profile: str = "pe") -> str:
    """The clinic's file."""
    return SITE.format(profile=profile)


def shown(html: str) -> str:
    """What a page says to who reads it: its text, without tags, on one line."""
    body = re.sub(r"(?s)^.*<main[^>]*>|</main>.*$", "", html)
    plain = re.sub(r"(?s)<dialog.*?</dialog>|<[^>]+>", " ", body)
    return " ".join(plain.replace("&#39;", "'").replace("&nbsp;", " ").split())


def key_of(html: str, action: str) -> str:
    """The idempotency key in the form that posts there."""
    form = re.search(rf'(?s)<form[^>]*action="{re.escape(action)}[^"]*".*?</form>', html)
    assert form is not None, f"no form to {action}"
    key = re.search(r'name="idempotency_key" value="([^"]+)"', form[0])
    assert key is not None
    return key[1]


def hidden(html: str, action: str) -> dict[str, str]:
    """The fields that a form of the page carries."""
    form = re.search(rf'(?s)<form[^>]*action="{re.escape(action)}[^"]*".*?</form>', html)
    assert form is not None, f"no form to {action}"
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form[0]))
