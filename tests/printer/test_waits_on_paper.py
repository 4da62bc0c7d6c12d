"""The wait on paper: a range, why none is told, and that it may be too late."""

import pytest

from tests.printer.slips import NARROW, WIDE, lines, printed, slip
from turnero.printer.decode import decode
from turnero.printer.profiles import Profile
from turnero.queue.views import Wait


def said(one: object, paper: Profile = WIDE, language: str = "es") -> str:
    """What stands on the paper, on one line."""
    return " ".join(" ".join(lines(decode(printed(one, paper, language)))).split())  # type: ignore[arg-type]


@pytest.mark.parametrize("paper", [WIDE, NARROW])
def test_a_range_and_that_it_may_be_after_closing_time(paper: Profile) -> None:
    told = said(slip(wait=Wait(20, 35, closes="17:00")), paper)
    assert "Espera: 20 a 35 min" in told
    assert "Puede que no alcance a ser atendido antes del cierre de las 5:00 p. m." in told
    assert "cierre" not in said(slip(wait=Wait(20, 35)), paper)


def test_why_no_wait_is_told() -> None:
    assert "sin estimación todavía" in said(slip(wait=None))
    assert "todavía no atiende ninguna ventanilla" in said(slip(wait=None, no_desk=True))
    assert "nenhum guichê atende ainda" in said(slip(wait=None, no_desk=True), WIDE, "pt")
