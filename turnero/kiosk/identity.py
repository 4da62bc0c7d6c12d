"""An identity document at the kiosk: what is said of it, and the view that tells a page of a scan.

Nothing of a document is kept: it is read, shown masked, tells whether its holder has priority by
age, and is gone with the request.
"""

from datetime import UTC, date, datetime
from typing import ClassVar, Final
from zoneinfo import ZoneInfo

from litestar import Response

from turnero.kiosk import documents
from turnero.kiosk.documents import Document, Misread
from turnero.kiosk.forms import FindForm
from turnero.kiosk.menu import service_path
from turnero.kiosk.port import choosable
from turnero.kiosk.scanner import VIEW, Scans
from turnero.kiosk.scene import READ_S, Scene
from turnero.store.errors import NotFound
from turnero.store.facts import Entry
from turnero.web.languages import mark as _
from turnero.web.pages import web_of
from turnero.web.principal import Principal, Role
from turnero.web.view import LiveContext

#: profile -> from which age priority is a right: Peru, Ley 28683; Colombia, Ley 1171 de 2007
PRIORITY_AGE: Final = {"pe": 60, "co": 62}
NAMES: Final = {
    "dni": _("DNI"),
    "cedula": _("Colombian citizen's card"),
    "card": _("Identity card"),
}


def scan_of(scene: Scene, form: FindForm, scans: Scans) -> bytes:
    """What was scanned: by the kiosk's own scanner, or typed by one that is a keyboard."""
    if form.scan:
        web = web_of(scene.request)
        return scans.take(scene.site, scene.place.key, form.scan, web.clock)
    return documents.clip(form.code.encode("latin-1", "replace"))


async def page(scene: Scene, scan: bytes, service: str) -> Response[str] | None:
    """What is said of a document; None when the scan is none."""
    found = documents.read(scan, today(scene))
    if found is None:
        return None
    site = await scene.port.offers(scene.site)
    age = found.age(today(scene)) if isinstance(found, Document) else None
    least = PRIORITY_AGE.get(site.profile)
    return scene.page(
        "kiosk/document.html",
        {
            "misread": isinstance(found, Misread),
            "kind": NAMES[found.kind],
            "masked": found.masked if isinstance(found, Document) else "",
            "attentions": choosable(site.attentions)
            if age is not None and least is not None and age >= least
            else (),
            "on": service_path(service),
            "service": service,
        },
        path=service_path(service),
        patience_s=READ_S,
    )


def today(scene: Scene) -> date:
    """The day at the kiosk's site."""
    web = web_of(scene.request)
    zone = web.looks.look(scene.site).zone
    return datetime.fromtimestamp(web.clock.now_ms() / 1000, UTC).astimezone(ZoneInfo(zone)).date()


class ScanView:
    """`data-live="kiosk-scan"`: the number of the scan that waits for this kiosk's page."""

    name = VIEW
    permission: ClassVar = "kiosk.use"
    refresh_s: float | None = None

    def __init__(self, scans: Scans) -> None:
        self._scans = scans

    async def admit(self, ctx: LiveContext, principal: Principal, arg: str) -> int:
        """A kiosk hears of its own scanner only."""
        number, _slash, key = arg.partition("/")
        site = principal.within(int(number) if number.isascii() and number.isdigit() else -1)
        if principal.role == Role.KIOSK and principal.place != key:
            raise NotFound("view-unknown")
        return site

    def concerns(self, entry: Entry, arg: str) -> bool:
        """Scans are no facts."""
        return False

    async def render(self, ctx: LiveContext, site: int, arg: str, language: str) -> str:
        """See `View.render`."""
        waiting = self._scans.waiting(site, arg.partition("/")[2], ctx.web.clock)
        return f'<i data-scanned="{waiting}"></i>'
