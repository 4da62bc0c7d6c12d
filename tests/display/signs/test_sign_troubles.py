"""A sign that does not show what it should is told to the supervisor, in the morning and by doctor."""

import json
import subprocess
import sys

import pytest

from tests.display.signs.signed import Signed
from tests.peers.server import ROOT
from turnero.desk import devices as machines
from turnero.desk.ready import TO_DO, WRONG
from turnero.display.signs.port import Reason
from turnero.queue import ready
from turnero.server.doctor_devices import heard_sign


def said(reason: str | None) -> str:
    failing = {"reason": reason, "since_ms": 1} if reason else {}
    return json.dumps({"face": {}, "result": "unconfirmed" if reason else "shown", **failing})


@pytest.mark.parametrize("reason", list(Reason))
async def test_every_way_of_failing_has_words_for_who_must_mend_it(
    hall: Signed, reason: Reason
) -> None:
    sign = await hall.sign("s1")
    await hall.beat(sign, said(reason))
    shown = machines.shown(await hall.sign("s1"), hall.clock.now_ms())
    assert shown.troubles
    (missing,) = [
        one
        for one in (await hall.read(ready.ready, hall.site, hall.clock.now_ms())).missing
        if one.subject == "s1"
    ]
    why = str(missing.figures["why"])
    assert WRONG[why] in shown.troubles
    assert TO_DO["sign"].get(why, TO_DO["sign"][""])
    found = heard_sign("sign hnc/s1", await hall.sign("s1"))
    assert (found.state, why in found.said) == ("warning", True)


async def test_a_sign_that_is_well_is_no_trouble_and_a_silent_one_is(hall: Signed) -> None:
    sign = await hall.sign("s1")
    await hall.beat(sign, said(None))
    assert machines.shown(await hall.sign("s1"), hall.clock.now_ms()).well
    assert heard_sign("sign", await hall.sign("s1")).state == "ok"
    hall.clock.advance(61_000)
    assert machines.shown(await hall.sign("s1"), hall.clock.now_ms()).silent


def turnero(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "turnero", "sign", "test", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    ("words", "code", "out", "err"),
    [
        (
            ("serial:///dev/no-such", "A047", "--protocol", "ditel"),
            1,
            "failed (unreachable)",
            "check its address",
        ),
        (
            ("serial:///tmp/x", "A047", "--protocol", "ditel"),
            2,
            "",
            "url: a serial port is written",
        ),
        (("virtual:", "A047", "--protocol", "ditel"), 2, "", "url: no virtual sign"),
        (
            ("tcp://10.0.0.1:1", "A047", "--protocol", "ditel", "--address", "100"),
            2,
            "",
            "address: ",
        ),
        (
            ("tcp://10.0.0.1:1", "A1234567", "--protocol", "ditel", "--width", "4"),
            1,
            "failed (too-narrow)",
            "--width",
        ),
    ],
)
def test_the_command_says_what_is_wrong_and_what_to_do(
    words: tuple[str, ...], code: int, out: str, err: str
) -> None:
    done = turnero(*words)
    assert (done.returncode, done.stdout.strip()) == (code, out)
    assert err in done.stderr
    assert "Traceback" not in done.stderr
