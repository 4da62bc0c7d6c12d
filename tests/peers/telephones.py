"""Telephones around a real Asterisk: sipp at the far end of the trunk and at desks, baresip at one.

All are processes of ours on loopback, ended by their pids.
"""

import itertools
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.peers import sipp
from tests.peers.asterisk import HOST, PASSWORD, TRUNK_HOST, AsteriskPeer, running_asterisk
from tests.peers.ours import begin
from tests.peers.packages import require
from tests.peers.ports import free_udp_ports

_BARESIP = """audio_player aubridge,nil
audio_source aubridge,nil
audio_alert aubridge,nil
sip_listen {host}:{port}
rtp_ports {rtp}-{rtp_end}
module_path {modules}
module account.so
module g711.so
module aubridge.so
module menu.so
module ctrl_tcp.so
ctrl_tcp_listen {host}:{control}
"""
_ACCOUNT = "<sip:desk@{host}:{sip}>;auth_user=desk;auth_pass={password};regint=60;answermode=auto\n"
#: where the Debian package has them
MODULES = "/usr/lib/baresip/modules"
READY_S = 10.0


class Telephones:
    """See the module; `stop` ends all of them."""

    def __init__(self, exchange: AsteriskPeer) -> None:
        self._exchange = exchange
        self._folder = exchange.folder
        self._processes: list[subprocess.Popen[bytes]] = []
        self._trunk: subprocess.Popen[bytes] | None = None
        self._callers = itertools.count(1)
        self._logs = itertools.count(1)

    def start(self) -> None:
        """The trunk, the desks by sipp and the one by baresip."""
        (self._folder / "rung.xml").write_text(sipp.being_rung(f"{HOST}:{self._exchange.sip}"))
        self.trunk(up=True)
        self._sipp("rung.xml", HOST, self._exchange.house)
        self._baresip()

    def trunk(self, *, up: bool) -> None:
        """Put the trunk's far end into service, or out of it."""
        if up:
            self._trunk = self._sipp("rung.xml", TRUNK_HOST, self._exchange.trunk)
        elif self._trunk is not None:
            _end(self._trunk)

    def ring_in(
        self, called: str, presses: str, *, withheld: bool = False, gives_up_s: float | None = None
    ) -> str:
        """Somebody rings; his number."""
        number = f"+5197{next(self._callers):07d}"
        name = f"in{number[1:]}.xml"
        (self._folder / name).write_text(
            sipp.ringing_in(
                called,
                "anonymous" if withheld else number,
                presses,
                gives_up_ms=None if gives_up_s is None else round(gives_up_s * 1000),
            )
        )
        (port,) = free_udp_ports(1)
        self._sipp(name, TRUNK_HOST, port, f"{HOST}:{self._exchange.sip}", "-m", "1")
        return number

    def rung(self, number: str) -> list[sipp.Rung]:
        """Every time that a telephone by sipp was rung, as it saw it itself; a number or a name."""
        said = "".join(
            file.read_text(errors="replace") for file in self._folder.glob("rung.xml-*.messages")
        )
        return [one for one in sipp.calls(said) if one.number == number]

    def stop(self) -> None:
        """End all of them."""
        for process in self._processes:
            _end(process)

    def _start(self, *command: str, name: str) -> subprocess.Popen[bytes]:
        with (self._folder / f"{name}.out").open("ab") as out:
            process = begin(
                command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                cwd=self._folder,
            )
        self._processes.append(process)
        return process

    def _sipp(self, scenario: str, host: str, port: int, *more: str) -> subprocess.Popen[bytes]:
        (media,) = free_udp_ports(1)
        errors = f"{scenario}-{port}.err"
        messages = f"{scenario}-{port}-{next(self._logs)}.messages"
        return self._start(
            *("sipp", "-sf", scenario, "-i", host, "-p", str(port), "-mp", str(media), "-nostdin"),
            # a busy machine makes sipp give itself up otherwise
            *("-watchdog_minor_maxtriggers", "1000000", "-watchdog_major_maxtriggers", "1000000"),
            *("-trace_err", "-error_file", errors),
            *("-trace_msg", "-message_file", messages, *more),
            name=f"{scenario}-{port}",
        )

    def _baresip(self) -> None:
        folder = self._folder / "baresip"
        folder.mkdir()
        port, control, rtp = free_udp_ports(3)
        (folder / "config").write_text(
            _BARESIP.format(
                host=HOST,
                port=port,
                control=control,
                rtp=rtp,
                rtp_end=rtp + 100,
                modules=MODULES,
            )
        )
        (folder / "accounts").write_text(
            _ACCOUNT.format(host=HOST, sip=self._exchange.sip, password=PASSWORD)
        )
        (folder / "contacts").write_text("")
        self._start("baresip", "-f", str(folder), name="baresip")
        give_up = time.monotonic() + READY_S
        while not _ready(self._exchange.cli("pjsip show contacts")):
            if time.monotonic() > give_up:
                raise RuntimeError((self._folder / "baresip.out").read_text()[-2000:])
            time.sleep(0.2)


@contextmanager
def asterisk_and_its_telephones(
    *, outward: bool = False
) -> Iterator[tuple[AsteriskPeer, Telephones]]:
    """A running exchange and what it rings, ended at the end; skips where one is lacking."""
    require("sip-tester", "baresip-core")
    with running_asterisk(outward=outward) as peer:
        telephones = Telephones(peer)
        try:
            telephones.start()
            yield peer, telephones
        finally:
            telephones.stop()


def _ready(contacts: str) -> bool:
    """Whether the desk has registered and the trunk answers."""
    lines = [line for line in contacts.splitlines() if " Avail " in line]
    return all(any(name in line for line in lines) for name in ("desk/", "trunk/"))


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.kill()
        process.wait(10)
