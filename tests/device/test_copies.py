"""A copy that somebody asks for at a box while its server is away; step by step in offline/."""

import time

import httpx
import pytest

from tests.device.standing import Hospital, PaperMachine, soon


@pytest.mark.long
def test_a_copy_made_while_the_server_is_away_is_known_there_afterwards(
    hospital: Hospital, machine: PaperMachine
) -> None:
    box = hospital.box
    box.start()
    hospital.pair()
    machine.set(drop_after=300)
    hospital.issue()
    soon("the server knows that nobody knows", lambda: hospital.jobs() == ["unknown"])
    hospital.server.kill()
    machine.set()
    with httpx.Client(
        base_url=box.url, trust_env=False, timeout=20, headers={"origin": box.url}
    ) as kiosk:
        opened = kiosk.get("/open/door")
        kiosk.headers["cookie"] = opened.headers["set-cookie"].partition(";")[0]
        said = {"came_out": "no", "next": "/kiosk", "idempotency_key": "a" * 32}
        answer = kiosk.post("/printer/jobs/1/answer", data=said)
        assert answer.status_code == 303, answer.text
    soon("the copy", lambda: hospital.jobs(box.data) == ["cancelled", "printed"])
    came = len(machine.papers)
    assert b"COPY" in machine.papers[-1] or b"COPIA" in machine.papers[-1]
    hospital.server.start()
    soon("the server hears of it", lambda: hospital.jobs() == ["cancelled", "printed"])
    time.sleep(2)
    assert hospital.jobs() == hospital.jobs(box.data) == ["cancelled", "printed"]
    assert len(machine.papers) == came
