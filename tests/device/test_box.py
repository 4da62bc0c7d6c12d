"""The box as a program of its own: let in, printing, killed, revoked; the server killed meanwhile."""

import time

from tests.device.standing import Hospital, PaperMachine, site, soon
from turnero.device.box import read_token


def test_a_box_is_let_in_prints_changes_its_key_and_is_switched_off(
    hospital: Hospital, machine: PaperMachine
) -> None:
    box = hospital.box
    box.start()
    hospital.pair()
    assert (box.data / "token").stat().st_mode & 0o777 == 0o600
    ticket = hospital.issue()
    soon("the paper", lambda: machine.papers)
    soon("the server knows", lambda: hospital.jobs() == ["printed"])
    assert len(machine.papers) == 1
    assert ticket["number"].encode() in machine.papers[0]

    # the site's description changes: it hosts one more printer
    second = PaperMachine()
    try:
        hospital.server.load(site({"own": machine.url, "other": second.url}))
        soon("the printer is there", lambda: 'data-printer="other"' in box.get("/status").text)
        entrance = hospital.device("box", "entrance")

        # a new key: taken over, and good after a restart
        before = read_token(box.data)
        assert hospital.send(f"/boxes/{entrance}/roll").status_code == 303
        assert box.stop() == 0
        box.start()
        soon("it has another key", lambda: read_token(box.data) != before)
        hospital.connected()
        hospital.issue()
        soon("the second paper", lambda: hospital.jobs() == ["printed", "printed"])

        # switched off: it says so, and nothing new is printed
        assert hospital.send(f"/boxes/{entrance}/revoke").status_code == 303
        soon("it says so", lambda: "switched off by an administrator" in box.get("/").text)
        hospital.issue()
        time.sleep(2)
        assert (len(machine.papers), len(second.papers)) == (2, 0)
        assert box.stop() == 0
    finally:
        second.stop()


def test_a_paper_that_comes_out_while_the_server_is_away_comes_out_once(
    hospital: Hospital, machine: PaperMachine
) -> None:
    box = hospital.box
    box.start()
    hospital.pair()
    machine.set(paper="out")
    hospital.issue()
    soon("the box has it", lambda: hospital.jobs() == ["failed"])
    hospital.server.kill()
    machine.set()
    soon("the paper", lambda: machine.papers)
    soon("the box knows", lambda: hospital.jobs(box.data) == ["printed"])
    assert hospital.jobs() == ["failed"], "the server was dead"
    hospital.server.start()
    soon("the server hears of it", lambda: hospital.jobs() == ["printed"])
    time.sleep(1)
    assert len(machine.papers) == 1


def test_a_box_that_dies_with_a_paper_under_way_does_not_print_it_again_by_itself(
    hospital: Hospital, machine: PaperMachine
) -> None:
    box = hospital.box
    box.start()
    hospital.pair()
    machine.set(bytes_per_s=60)
    hospital.issue()
    soon("it is being printed", lambda: hospital.jobs(box.data) == ["sending"])
    box.kill()
    machine.set()
    box.start()
    soon("nobody knows", lambda: hospital.jobs(box.data) == ["unknown"])
    soon("the server neither", lambda: hospital.jobs() == ["unknown"])
    came = len(machine.papers)
    assert came <= 1
    time.sleep(3)
    assert len(machine.papers) == came
    hospital.issue()
    soon("the next one comes", lambda: hospital.jobs() == ["unknown", "printed"])
    assert len(machine.papers) == came + 1


def test_a_sign_at_a_box_shows_who_is_called(hospital: Hospital, machine: PaperMachine) -> None:
    sign = '\n[[sign]]\nkey = "over"\nname = "Letrero"\nurl = "virtual:"\nprotocol = "alpha"\n'
    hospital.server.load(site({"own": machine.url}, sign + 'box = "entrance"\nidle = "Hola"\n'))
    box = hospital.box
    box.start()
    hospital.pair()

    def shows(text: str) -> bool:
        said = box.get("/status").text.partition('data-sign="over"')[2].partition("</li>")[0]
        return text in said

    soon("it is idle", lambda: shows("Hola"))
    number = hospital.issue()["number"]
    hospital.call()
    soon("the number, before its next heartbeat", lambda: shows(number), 10)
