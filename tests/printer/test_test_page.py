"""A test page goes the way of every ticket, and shows what a printer must be able to print."""

import pytest

from tests.printer.spooling import Spooling
from turnero.printer import reads, spool
from turnero.printer.document import Qr
from turnero.printer.spool import PrintTest
from turnero.printer.states import JobState
from turnero.printer.test_page import TEST
from turnero.printer.test_page import test_page as page
from turnero.store.errors import Refused
from turnero.web.formats import formats
from turnero.web.languages import translator


def test_it_shows_the_site_the_printer_accents_and_a_code() -> None:
    say = translator("es", "pe")
    document = page(
        "Clínica San Blas", "Entrada", 1_760_540_400_000, say, formats("es-PE", "America/Lima")
    )
    texts = " ".join(document.texts())
    for words in ("Clínica San Blas", "Página de prueba", "Entrada", "Ñ", "A001"):
        assert words in texts
    assert any(isinstance(block, Qr) for block in document.blocks)


async def test_it_waits_its_turn_in_the_spool_and_can_be_asked_for_again(hall: Spooling) -> None:
    made = await hall.act(spool.print_test, PrintTest("p1", "es"))
    again = await hall.act(spool.print_test, PrintTest("p1", "es"))
    assert made.job != again.job
    claimed = await hall.claim("p1")
    assert (claimed.job, claimed.ticket) == (made.job, f"{TEST}es")
    assert await hall.read(reads.job_state, again.job) == JobState.QUEUED


async def test_a_printer_that_is_not_there_is_refused(hall: Spooling) -> None:
    with pytest.raises(Refused):
        await hall.act(spool.print_test, PrintTest("nowhere", "es"))
