"""A small hospital for the desk's tests: its description, and ways to make things happen in it."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any, TypeVar

from playwright.async_api import Page

from tests.peers.browser import Visit
from tests.web.serving import Served
from turnero.desk import slice as desk
from turnero.queue.commands.calls import call_next
from turnero.queue.commands.issue import issue
from turnero.queue.commands.sites import load_site
from turnero.queue.requests import Issue, Issued, Next
from turnero.queue.site_file import decode
from turnero.web.slice import Slice

T = TypeVar("T")

#: the laboratory asks how a service ended; oncology has a neutral public name
SITE = """
[site]
key = "main"
name = "Hospital"
zone = "America/Lima"
profile = "pe"
languages = ["es", "en", "pt"]

[site.settings]
undo_s = {undo_s}
recall_gap_s = {recall_gap_s}

[[service]]
key = "admission"
name = {{ es = "Admisión", en = "Admission", pt = "Admissão" }}
prefix = "A"
all_day = true
target_minutes = 15

[[service]]
key = "cash"
name = {{ es = "Caja", en = "Cashier", pt = "Caixa" }}
prefix = "C"
all_day = true
target_minutes = 10

[[service]]
key = "laboratory"
name = {{ es = "Laboratorio", en = "Laboratory", pt = "Laboratório" }}
prefix = "L"
all_day = true
outcomes = true

[[service]]
key = "oncology"
name = {{ es = "Oncología", en = "Oncology", pt = "Oncologia" }}
public_name = {{ es = "Consulta 4", en = "Clinic 4", pt = "Consulta 4" }}
prefix = "N"
all_day = true

[[desk]]
key = "1"
name = "Ventanilla 1"
primary = ["admission"]
overflow = ["cash"]

[[desk]]
key = "2"
name = "Ventanilla 2"
primary = ["cash", "oncology"]

[[desk]]
key = "3"
name = "Laboratorio 3"
primary = ["laboratory"]

[[kiosk]]
key = "hall"
name = "Entrada principal"

[[printer]]
key = "paper"
name = "Impresora de la entrada"
url = "virtual://paper"
"""


def described(*, undo_s: int = 10, recall_gap_s: int = 20) -> str:
    """The hospital's file."""
    return SITE.format(undo_s=undo_s, recall_gap_s=recall_gap_s)


class Hospital(Served):
    """The desk's room on a real socket, with `SITE` loaded once it runs."""

    def __init__(self, folder: Path, *more: Slice, site: str | None = None) -> None:
        super().__init__(folder, slices=[desk.make(), *more])
        self._site = site or described()

    def begin(self) -> "Hospital":
        """Start, and load the hospital."""
        self.start()
        self.do(load_site, decode(self._site))
        return self

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run on the server's loop."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(20)

    def do(self, command: Callable[..., T], request: Any, actor: str = "system") -> T:
        """Run a command, as another screen would."""
        return self.run(self.web.ledger.run(command, request, site=1, actor=actor))

    def arrive(self, service: str = "admission", **more: Any) -> Issued:
        """Somebody takes a ticket."""
        return self.do(issue, Issue(service, **more))

    def call(self, desk_id: str) -> None:
        """A desk without a person calls the next."""
        self.do(call_next, Next(desk_id))


def running(folder: Path, *more: Slice, site: str | None = None) -> Iterator[Hospital]:
    """For a fixture: a hospital that runs while the test does."""
    hospital = Hospital(folder, *more, site=site).begin()
    try:
        yield hospital
    finally:
        hospital.stop()


async def visit(
    open_page: Visit,
    hospital: Served,
    path: str = "/desk/main.1",
    who: str = "agent",
    *,
    screen: str = "desk",
    language: str = "es-PE",
    **options: Any,
) -> Page:
    """A page of the hospital in the browser of somebody who has signed in, its stream open."""
    page = await open_page(screen, language=language, base_url=hospital.url, **options)
    cookie: Any = {"name": "turnero_user", "value": who, "url": hospital.url}
    await page.context.add_cookies([cookie])
    await page.goto(path)
    await page.wait_for_function(
        "() => [...document.querySelectorAll('[data-live]:not([data-live=pulse])')]"
        ".every((one) => one.dataset.liveSeq)"
    )
    return page


async def at_desk(page: Page, state: str) -> None:
    """Wait until the desk is in this state: closed, free, called, serving, break, other."""
    await page.locator(f"#seat-now[data-state={state}]").wait_for()
