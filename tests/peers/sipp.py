"""Scenarios for sipp, put together from a few gestures.

`being_rung` answers as the end of the number says, like those of `turnero.telephony.simulated`.
Keys are real RTP telephone events, from the recordings that the package brings; they must be pressed
in ascending order, for each recording has its own place in the stream of sound.
"""

import re
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

KEYS = Path("/usr/share/sip-tester")
_NAMES = {"#": "pound", "*": "star"}
_SDP = """
      v=0
      o=user1 53655765 2353687637 IN IP[local_ip_type] [local_ip]
      s=-
      c=IN IP[media_ip_type] [media_ip]
      t=0 0
      m=audio [auto_media_port] RTP/AVP 0 101
      a=rtpmap:0 PCMU/8000
      a=rtpmap:101 telephone-event/8000
      a=fmtp:101 0-16
"""


def _says(
    status: str, *, sdp: bool = False, cseq: str = "[last_CSeq:]", to_tag: bool = True
) -> str:
    tag = ";tag=[pid]T[call_number]" if to_tag else ""
    body = "Content-Type: application/sdp\n      Content-Length: [len]\n" + _SDP
    return f"""
  <send><![CDATA[
      SIP/2.0 {status}
      [last_Via:]
      [last_From:]
      [last_To:]{tag}
      [last_Call-ID:]
      {cseq}
      Contact: <sip:[local_ip]:[local_port];transport=[transport]>
      {body if sdp else "Content-Length: 0"}
  ]]></send>"""


def pause(milliseconds: int) -> str:
    """Nothing for so long."""
    return f'\n  <pause milliseconds="{milliseconds}"/>'


def keys(pressed: str, gap_ms: int = 400) -> str:
    """These keys, one after another."""
    return "".join(
        f'\n  <nop><action><exec play_pcap_audio="{KEYS}/dtmf_2833_{_NAMES.get(key, key)}.pcap"/>'
        f"</action></nop>{pause(gap_ms)}"
        for key in pressed
    )


RING = _says("180 Ringing")
ANSWER = _says("200 OK", sdp=True) + '\n  <recv request="ACK" crlf="true"/>'
STAY = '\n  <recv request="BYE"/>' + _says("200 OK", to_tag=False)
_CANCELLED = (
    '\n  <recv request="CANCEL"/>'
    + _says("200 OK")
    + _says("487 Request Terminated", cseq="CSeq: [last_cseq_number] INVITE")
    + '\n  <recv request="ACK"/>'
)
RING_OUT = RING + _CANCELLED
#: an address in the far end's own words: a BYE inside the dialogue that it began
HANG_UP = """
  <send retrans="500"><![CDATA[
      BYE sip:asterisk@{exchange} SIP/2.0
      Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
      From: [$mine];tag=[pid]T[call_number]
      To: [$theirs]
      [last_Call-ID:]
      CSeq: 9 BYE
      Max-Forwards: 70
      Content-Length: 0
  ]]></send>
  <recv response="200"/>"""


def refuse(status: str) -> str:
    """Say no."""
    return _says(status) + '\n  <recv request="ACK"/>'


#: how the number, or the desk's name, ends → what it does once rung
DOES = {
    "11": RING + pause(500) + ANSWER + pause(1_500) + keys("1") + pause(2_500) + keys("234") + STAY,
    # the same, and says how it went once the desk has hung up
    "12": RING
    + pause(500)
    + ANSWER
    + pause(1_500)
    + keys("1")
    + pause(2_500)
    + keys("234")
    + pause(8_000)
    + keys("5")
    + STAY,
    # takes its time
    "13": RING + pause(3_000) + ANSWER + pause(1_500) + keys("1") + STAY,
    "10": RING + pause(500) + ANSWER + pause(2_500) + HANG_UP,
    "02": RING + pause(500) + ANSWER + STAY,
    "04": refuse("486 Busy Here"),
    "16": refuse("600 Busy Everywhere"),
    "06": RING + pause(300) + refuse("603 Decline"),
    "07": refuse("404 Not Found"),
    "09": refuse("503 Service Unavailable"),
    "14": refuse("480 Temporarily Unavailable"),
    "05": RING_OUT,
    # the network plays the ringing itself, as those of mobile telephones do, and nobody answers
    "26": _says("183 Session Progress", sdp=True) + _CANCELLED,
    # hears the call and says nothing at all
    "08": pause(6_000),
    "desk-keys": RING + pause(300) + ANSWER + pause(4_200) + keys("7") + STAY,
    "desk-hangs": RING + pause(300) + ANSWER + pause(4_200) + keys("7") + pause(4_000) + HANG_UP,
    "desk-busy": refuse("486 Busy Here"),
    "desk-away": RING_OUT,
}


def being_rung(exchange: str) -> str:
    """A scenario for all telephones at one address; it answers the exchange's OPTIONS too.

    `exchange`: its host and port.
    """
    finds = "".join(
        f'\n      <ereg regexp="{end}@" search_in="hdr" header="To:" assign_to="is{n}"/>'
        for n, end in enumerate(DOES)
    )
    goes = "".join(f'\n  <nop next="do{n}" test="is{n}"/>' for n in range(len(DOES)))
    does = "".join(
        f'\n  <label id="do{n}"/>{act.replace("{exchange}", exchange)}\n  <nop next="end"/>'
        for n, act in enumerate(DOES.values())
    )
    return f"""<?xml version="1.0" encoding="ISO-8859-1" ?>
<scenario name="telephones">
  <recv request="OPTIONS" optional="true" next="options"/>
  <recv request="INVITE" crlf="true">
    <action>{finds}
      <ereg regexp="&lt;sip:.*" search_in="hdr" header="From:" assign_to="theirs"/>
      <ereg regexp="&lt;sip:[^>]*>" search_in="hdr" header="To:" assign_to="mine"/>
    </action>
  </recv>{goes}
  <nop next="end"/>{does}
  <label id="options"/>{_says("200 OK")}
  <label id="end"/>
  <pause milliseconds="100"/>
</scenario>
"""


def ringing_in(called: str, caller: str, pressed: str, *, gives_up_ms: int | None) -> str:
    """A scenario for one who rings the exchange; he presses keys 1.5 s after he is answered."""
    who = f'"" <sip:{caller}@[local_ip]:[local_port]>;tag=[pid]T[call_number]'
    to = f"<sip:{called}@[remote_ip]:[remote_port]>"

    def request(method: str, cseq: str, *, tag: str = "", sdp: bool = False, back: str = "") -> str:
        body = "Content-Type: application/sdp\n      Content-Length: [len]\n" + _SDP
        return f"""
  <send><![CDATA[
      {method} sip:{called}@[remote_ip]:[remote_port] SIP/2.0
      Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch{back}]
      From: {who}
      To: {to}{tag}
      Call-ID: [call_id]
      CSeq: {cseq}
      Contact: <sip:{caller}@[local_ip]:[local_port]>
      Max-Forwards: 70
      {body if sdp else "Content-Length: 0"}
  ]]></send>"""

    early = '\n  <recv response="100" optional="true"/>\n  <recv response="180"/>'
    ack = request("ACK", "1 ACK", tag="[peer_tag_param]")
    if gives_up_ms is not None:
        rest = (
            early
            + pause(gives_up_ms)
            # of the same transaction: so many messages back
            + request("CANCEL", "1 CANCEL", back="-4")
            + '\n  <recv response="200"/>\n  <recv response="487"/>'
            + request("ACK", "1 ACK", tag="[peer_tag_param]", back="-7")
        )
    else:
        rest = early + '\n  <recv response="200"/>' + ack + pause(1_500) + keys(pressed) + STAY
    return f"""<?xml version="1.0" encoding="ISO-8859-1" ?>
<scenario name="rings in">{request("INVITE", "1 INVITE", sdp=True)}{rest}
</scenario>
"""


class Rung(NamedTuple):
    """A telephone that was rung, by its own log; seconds since the epoch."""

    number: str
    from_s: float
    #: None: it rings, or is spoken on, still
    until_s: float | None


_MESSAGE = re.compile(
    r"^-{20,} (\d{4}-\d\d-\d\d[ \t][\d:.]+)[^\n]*\n(.*?)(?=^-{20,} |\Z)", re.MULTILINE | re.DOTALL
)
#: the last word of a call, whoever says it: goodbye, or a refusal's own answer
_LAST = re.compile(r"^(BYE|SIP/2\.0 [4-6]\d\d) ?", re.MULTILINE)


def calls(log: str) -> list[Rung]:
    """What `-trace_msg` wrote, as calls that came; each request is counted once."""
    began: dict[str, tuple[str, float]] = {}
    ended: dict[str, float] = {}
    for when, text in _MESSAGE.findall(log):
        call = re.search(r"^Call-ID: *(\S+)", text, re.MULTILINE | re.IGNORECASE)
        if call is None:
            continue
        at_s = datetime.fromisoformat(when.replace("\t", " ")).timestamp()
        if rung := re.search(r"^INVITE sip:([^@;>\s]+)", text, re.MULTILINE):
            began.setdefault(call[1], (rung[1], at_s))
        elif _LAST.search(text):
            ended.setdefault(call[1], at_s)
    return [Rung(number, at_s, ended.get(call)) for call, (number, at_s) in began.items()]
