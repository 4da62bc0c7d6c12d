"""Somebody with a real telephone rings a real Asterisk and presses keys, any of them in any order.

The key presses that sipp's package brings have each its own place in the stream of sound, so that
the same key is heard once; these are the same, each at its own place.
"""

import struct
from collections.abc import Sequence
from pathlib import Path

from tests.peers import sipp
from tests.peers.asterisk import HOST, TRUNK_HOST, AsteriskPeer
from tests.peers.ports import free_udp_ports
from tests.peers.telephones import Telephones

_GLOBAL, _PACKET = 24, 16
#: where an RTP header begins in a packet of Ethernet, IP and UDP
_RTP = 42
#: a press lasts less than this many samples and packets
_SAMPLES, _PACKETS = 16_000, 40


def key(digit: str, place: int, to: Path) -> Path:
    """The press of a key as the n-th of a call."""
    data = bytearray((sipp.KEYS / f"dtmf_2833_{sipp._NAMES.get(digit, digit)}.pcap").read_bytes())
    at, n = _GLOBAL, 0
    while at < len(data):
        (length,) = struct.unpack_from("<I", data, at + 8)
        rtp = at + _PACKET + _RTP
        struct.pack_into(">H", data, rtp + 2, 1_000 + place * _PACKETS + n)
        struct.pack_into(">I", data, rtp + 4, 100_000 + place * _SAMPLES)
        at, n = at + _PACKET + length, n + 1
    path = to / f"key-{place}-{'pound' if digit == '#' else digit}.pcap"
    path.write_bytes(data)
    return path


def rings(
    peer: AsteriskPeer, telephones: Telephones, caller: str, presses: Sequence[tuple[float, str]]
) -> None:
    """`presses`: after so many seconds these keys, and so on; then they stay until hung up."""
    acts, place = "", 0
    for seconds, digits in presses:
        acts += sipp.pause(round(seconds * 1000))
        for digit in digits:
            path = key(digit, place, peer.folder)
            act = f'<nop><action><exec play_pcap_audio="{path}"/></action></nop>'
            acts += f"\n  {act}{sipp.pause(400)}"
            place += 1
    scenario = sipp.ringing_in("5511", caller, "", gives_up_ms=None)
    name = f"menu{caller.strip('+')}.xml"
    (peer.folder / name).write_text(scenario.replace(sipp.STAY, acts + sipp.STAY))
    (port,) = free_udp_ports(1)
    telephones._sipp(name, TRUNK_HOST, port, f"{HOST}:{peer.sip}", "-m", "1")
