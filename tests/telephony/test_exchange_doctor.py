"""What `turnero doctor` says of a real Asterisk: there, its trunk dead, a wrong password, gone."""

import asyncio
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import msgspec
import pytest

from tests.peers.asterisk import PASSWORD, AsteriskPeer
from tests.peers.server import ROOT, SITE, RunningServer
from tests.peers.telephones import Telephones
from tests.telephony.rig import soon
from turnero.server.exchanges import examine
from turnero.server.settings import Settings
from turnero.store.clock import SystemClock
from turnero.telephony.asterisk import AsteriskSettings
from turnero.telephony.asterisk.links import Outward
from turnero.telephony.asterisk.rest import HttpAri
from turnero.telephony.exchange import LinkUp

pytestmark = pytest.mark.requires("sip-tester", "baresip-core")


def said(settings: Settings) -> tuple[str, str]:
    (finding,) = [one for one in examine(settings) if one.what == "telephone"]
    return finding.state, finding.said


def says(settings: Settings, state: str, words: str, within_s: float = 30) -> None:
    """Ask until it says so: the trunk is asked each second, the server writes every five."""
    give_up = time.monotonic() + within_s
    while (found := said(settings))[0] != state or words not in found[1]:
        assert time.monotonic() < give_up, found
        time.sleep(0.2)


def test_the_doctor_tells_each_state_of_an_asterisk(
    asterisk_and_telephones: tuple[AsteriskPeer, Telephones], tmp_path: Path
) -> None:
    peer, telephones = asterisk_and_telephones
    settings = Settings(
        data=tmp_path,
        exchange="asterisk",
        asterisk_address=peer.url,
        asterisk_password=PASSWORD,
    )
    assert said(settings) == ("ok", f"the exchange at {peer.url} works, its trunk answers")

    stranger = msgspec.structs.replace(settings, asterisk_password="guessed")
    state, text = said(stranger)
    assert (state, text.endswith("ARI answered 401")) == ("fault", True)

    peer.cli('dialplan set global TURNERO_PATIENCE ""')
    assert said(settings)[0] == "fault"
    assert said(settings)[1].endswith("our extensions.conf is not in it")
    peer.cli("dialplan set global TURNERO_PATIENCE 3")
    assert said(settings)[0] == "ok"

    telephones.trunk(up=False)
    says(settings, "fault", "trunk does not answer")
    telephones.trunk(up=True)
    says(settings, "ok", "its trunk answers")

    elsewhere = msgspec.structs.replace(settings, asterisk_address="http://127.0.0.1:9")
    state, text = said(elsewhere)
    assert state == "fault"
    assert "does not answer" in text
    assert PASSWORD not in text


def test_desks_telephones_that_asterisk_does_not_have_are_told(
    asterisk_and_telephones: tuple[AsteriskPeer, Telephones], tmp_path: Path
) -> None:
    peer, _ = asterisk_and_telephones
    server = RunningServer(tmp_path / "data")
    server.data.mkdir(mode=0o700)
    phones = iter(("desk", "desk-nowhere"))  # the first has signed in
    server.load(
        re.sub(r"\[\[desk\]\]", lambda _: f'[[desk]]\nphone = "{next(phones)}"', SITE, count=2)
    )
    settings = Settings(
        data=server.data,
        exchange="asterisk",
        asterisk_address=peer.url,
        asterisk_password=PASSWORD,
    )
    says(settings, "ok", "its trunk answers")
    expected = [("fault", "Asterisk has no endpoint desk-nowhere")]
    give_up = time.monotonic() + 60
    while True:
        found = [one for one in examine(settings) if one.what.startswith("telephone of")]
        told = [(one.state, one.said) for one in found]
        # A telephone signs in anew some time after its Asterisk was killed, as other tests do.
        if told == expected or time.monotonic() > give_up:
            break
        time.sleep(0.5)
    assert told == expected


def test_sounds_that_an_asterisk_of_another_user_cannot_read_are_told(tmp_path: Path) -> None:
    settings = Settings(
        data=tmp_path,
        exchange="asterisk",
        asterisk_address="http://127.0.0.1:9",
        asterisk_password="x",
    )
    tmp_path.chmod(0o700)
    (sounds,) = [one for one in examine(settings) if one.what == "sounds"]
    assert sounds.state == "warning"
    assert "asterisk_sounds" in sounds.todo
    with tempfile.TemporaryDirectory(dir="/tmp") as open_to_all:
        Path(open_to_all).chmod(0o755)
        aside = msgspec.structs.replace(settings, asterisk_sounds=f"{open_to_all}/new")
        assert [one.what for one in examine(aside)] == ["telephone"]


def test_a_folder_of_sounds_that_we_may_not_look_into_ourselves_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as others:
        is_dir = Path.is_dir

        def refused(path: Path) -> bool:
            if Path(others) in path.parents:  # what the system says to all but root
                raise PermissionError(13, "Permission denied", str(path))
            return is_dir(path)

        monkeypatch.setattr(Path, "is_dir", refused)
        settings = Settings(
            data=Path("/tmp"),
            exchange="asterisk",
            asterisk_address="http://127.0.0.1:9",
            asterisk_password="x",
            asterisk_sounds=f"{others}/deep/sounds",
        )
        found = [one for one in examine(settings) if one.what == "sounds"]
        assert [others in one.said for one in found] == [True]


def test_the_command_finds_that_asterisk_has_stopped(
    asterisk_and_telephones: tuple[AsteriskPeer, Telephones], tmp_path: Path
) -> None:
    peer, _ = asterisk_and_telephones
    server = RunningServer(tmp_path / "data")
    server.data.mkdir(mode=0o700)
    server.load()
    environment = os.environ | {
        "TURNERO_EXCHANGE": "asterisk",
        "TURNERO_ASTERISK_ADDRESS": peer.url,
        "TURNERO_ASTERISK_PASSWORD": PASSWORD,
    }
    peer.kill()
    try:
        done = subprocess.run(
            [sys.executable, "-m", "turnero", "doctor", "--json", "--data", str(server.data)],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    finally:
        peer.start()
    assert PASSWORD not in done.stdout + done.stderr
    (found,) = [one for one in json.loads(done.stdout) if one["what"] == "telephone"]
    assert (done.returncode, found["state"]) == (1, "fault")
    assert "Start Asterisk" in found["todo"]


async def test_the_doctor_tells_that_another_program_takes_the_events(
    asterisk_and_telephones: tuple[AsteriskPeer, Telephones], tmp_path: Path
) -> None:
    peer, _ = asterisk_and_telephones
    server = RunningServer(
        tmp_path / "data",
        environment={
            "TURNERO_EXCHANGE": "asterisk",
            "TURNERO_ASTERISK_ADDRESS": peer.url,
            "TURNERO_ASTERISK_PASSWORD": PASSWORD,
        },
    )
    server.data.mkdir(mode=0o700)
    server.load()
    server.start()
    try:
        settings = Settings(
            data=server.data,
            exchange="asterisk",
            asterisk_address=peer.url,
            asterisk_password=PASSWORD,
        )
        apps = AsteriskSettings(password=PASSWORD, url=peer.url)
        ari = HttpAri(apps)

        async def hears() -> bool:
            return (await ari.ask("GET", "applications/turnero")).done

        await soon(hears, "it does not listen", within_s=30)
        messages = Outward(apps, SystemClock()).messages()
        assert isinstance(await anext(messages), LinkUp)
        await asyncio.to_thread(says, settings, "fault", "another program takes")
        await messages.aclose()
        await ari.close()
    finally:
        server.stop()


def test_the_doctor_asks_the_server_where_asterisk_dials_out(
    outward_asterisk: tuple[AsteriskPeer, Telephones], tmp_path: Path
) -> None:
    peer, _ = outward_asterisk
    listen = f"127.0.0.1:{peer.outward}"
    server = RunningServer(
        tmp_path / "data",
        environment={
            "TURNERO_EXCHANGE": "asterisk",
            "TURNERO_ASTERISK_ADDRESS": "",
            "TURNERO_ASTERISK_LISTEN": listen,
            "TURNERO_ASTERISK_PASSWORD": PASSWORD,
        },
    )
    server.data.mkdir(mode=0o700)
    server.load()
    settings = Settings(
        data=server.data,
        exchange="asterisk",
        asterisk_address="",
        asterisk_listen=listen,
        asterisk_password=PASSWORD,
    )
    assert said(settings)[0] == "warning"
    server.start()
    try:
        says(settings, "ok", f"has dialled in to {listen} and can ring")
        peer.kill()
        try:
            says(settings, "fault", "has not dialled in")
        finally:
            peer.start()
        says(settings, "ok", "can ring")
    finally:
        server.stop()
    assert said(settings)[0] == "warning"
