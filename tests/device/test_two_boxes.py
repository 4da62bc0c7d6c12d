"""Two boxes that claim one printer, and a box whose clock is two hours wrong."""

import re
import time
from pathlib import Path

import pytest

from tests.device.standing import Hospital, PaperMachine, RunningBox, site, soon
from tests.peers.hours import another_hour

LAB = '\n[[box]]\nkey = "lab"\nname = "Laboratorio"\n'


def test_two_boxes_that_claim_one_printer_print_each_ticket_once(
    hospital: Hospital, machine: PaperMachine, tmp_path: Path
) -> None:
    """The printer stands twice in the site's description, once for each box."""
    twice = LAB + f'\n[[printer]]\nkey = "lab"\nname = "L"\nurl = "{machine.url}"\n'
    twice += 'profile = "epson-tm-t20"\nbox = "lab"\n'
    twice += '\n[[kiosk]]\nkey = "back"\nname = "B"\nbox = "lab"\nprinter = "lab"\n'
    hospital.server.load(site({"own": machine.url}, twice))
    first, second = hospital.box, RunningBox(tmp_path / "second", hospital.server.url)
    try:
        first.start()
        hospital.pair()
        hospital.box = second.start()
        hospital.pair("lab")
        machine.set(bytes_per_s=2_000)
        numbers = [hospital.issue(place=place)["number"] for place in ("door", "back") * 3]
        soon("all are printed", lambda: hospital.jobs() == ["printed"] * 6, 60)
        papers = b"\n".join(machine.papers)
        assert len(machine.papers) == 6
        assert [papers.count(number.encode()) for number in numbers] == [1] * 6
    finally:
        hospital.box = first
        second.kill()


@pytest.mark.parametrize("hours", [-2, 2])
def test_a_clock_two_hours_wrong_costs_no_paper_and_is_told(
    hospital: Hospital, machine: PaperMachine, tmp_path: Path, hours: int
) -> None:
    box = hospital.box
    box.environment |= another_hour(tmp_path, hours * 3600)
    box.start()
    hospital.issue()  # before it is let in: its age is known by the server's clock alone
    hospital.pair()
    soon("the paper", lambda: hospital.jobs() == ["printed"])
    assert len(machine.papers) == 1
    shown = re.search(r'data-now="(\d+)"', box.get("/status").text)
    assert shown is not None
    assert abs(int(shown[1]) / 1000 - time.time()) < 10, "people read the server's hour"
    said = box.get("/status").text
    assert "2:00:0" in said or "1:59:5" in said
    assert ("ahead" if hours > 0 else "behind") in said
