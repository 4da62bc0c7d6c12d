"""The ticket's page says how the paper stands, and never that it was printed without proof."""

import pytest

from tests.kiosk.clinic import Clinic, shown
from turnero.queue.facts import PrintChanged, TicketIssued
from turnero.store.tx import Tx
from turnero.web.view import LiveContext


async def now(clinic: Clinic, place: str = "hall") -> str:
    """What the live part of the page says, after a ticket was taken."""
    (fact,) = await clinic.facts(TicketIssued)
    view = clinic.web.hub.view("kiosk-ticket")
    html = await view.render(LiveContext(clinic.web), 1, f"1/{place}/{fact.ticket}?", "es")
    return shown(f"<main>{html}</main>")


async def told(clinic: Clinic, state: str, reason: str | None = None, **more: bool) -> str:
    """The same after the printer's room told this."""
    await clinic.arrive(channel="kiosk", place="hall")
    (issued,) = await clinic.facts(TicketIssued)

    def tell(tx: Tx, fact: PrintChanged) -> None:
        tx.append(fact)

    fact = PrintChanged(issued.ticket, 7, "paper", state, reason, place="hall", **more)
    await clinic.do(tell, fact)
    return await now(clinic)


@pytest.mark.parametrize(
    ("state", "says"),
    [
        ("queued", "Imprimiendo su ticket"),
        ("printed", "Se imprimió su ticket. Retírelo, por favor."),
        ("sent", "Retire su ticket de la impresora. Si no sale, su número vale sin papel."),
        ("unknown", "¿Salió su ticket? Sí No"),
        ("failed", "No se pudo imprimir su ticket."),
    ],
)
async def test_each_state_has_its_sentence(clinic: Clinic, state: str, says: str) -> None:
    assert says in await told(clinic, state)


@pytest.mark.parametrize("state", ["queued", "sent", "unknown", "failed", "cancelled"])
async def test_without_proof_it_never_says_printed(clinic: Clinic, state: str) -> None:
    assert "Se imprimió" not in await told(clinic, state)


@pytest.mark.parametrize(
    ("reason", "says"),
    [
        ("paper-out", "La impresora no tiene papel."),
        ("cover-open", "La tapa de la impresora está abierta."),
        ("unreachable", "La impresora no responde."),
        ("something-new", "No se pudo imprimir su ticket."),
    ],
)
async def test_a_failure_says_why_and_what_to_do(clinic: Clinic, reason: str, says: str) -> None:
    text = await told(clinic, "failed", reason, again=True)
    assert says in text
    assert "Se intenta de nuevo." in text
    assert "Su número vale sin papel" in text


async def test_a_copy_is_called_a_copy(clinic: Clinic) -> None:
    assert "Se imprimió una copia de su ticket" in await told(clinic, "printed", copy=True)


async def test_a_print_that_takes_long_is_told_of(clinic: Clinic) -> None:
    await told(clinic, "queued")
    clinic.clock.advance(13_000)
    assert "La impresión tarda más de lo normal." in await now(clinic)


async def test_who_is_called_at_once_sees_it_on_the_kiosk(clinic: Clinic) -> None:
    await clinic.open_desk()
    await told(clinic, "sent")
    await clinic.call()
    assert "¡Le toca! Ventanilla 1" in await now(clinic)
