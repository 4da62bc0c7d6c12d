"""What `turnero doctor` says of one device: what it said last, or what a printer answers now."""

import asyncio
import time
from typing import Literal

import msgspec

from turnero.printer.profiles import DEFAULT, profile_named
from turnero.printer.transports import open_printer
from turnero.queue.ready import state_of, troubles
from turnero.store.devices import Device
from turnero.store.errors import Refused

State = Literal["ok", "warning", "fault"]


class Finding(msgspec.Struct, frozen=True):
    """What one look found."""

    what: str
    state: State
    said: str
    #: what to do, where something is to be done
    todo: str = ""


def asked(name: str, device: Device) -> Finding | None:
    """A printer that no server asks now is asked here; None where that says nothing (one on a
    page, or one behind a box).
    """
    url = device.setting("url") or ""
    if device.setting("box") is not None or url.startswith("virtual:"):
        return None
    try:
        printer = open_printer(url, profile_named(device.setting("profile") or DEFAULT))
    except Refused as refusal:
        return Finding(name, "fault", f"its description cannot be used: {refusal}")
    state = asyncio.run(printer.state())
    if state.obstacle is not None:
        return Finding(
            name,
            "warning",
            f"does not print: {state.obstacle.value} ({url})",
            f"turnero printer test {url} says more.",
        )
    if not state.answered:
        return Finding(name, "ok", f"can be reached, and does not say how it is ({url})")
    return Finding(name, "ok", f"answers; proof of paper: {state.confirms.value} ({url})")


def heard(name: str, state: str | None) -> Finding:
    """What a device said last: a printer that was asked says why it does not print."""
    said: dict[str, object] = msgspec.json.decode(state or "{}")
    obstacle = said.get("obstacle")
    if obstacle:
        return Finding(name, "warning", f"does not print: {obstacle}", "Look at it.")
    if said.get("answered") is False:
        return Finding(name, "warning", "does not say how it is: paper is not watched")
    if said.get("confirms") is not None or "paper" in said:
        return Finding(name, "ok", f"answers; proof of paper: {said.get('confirms', 'none')}")
    return Finding(name, "ok", "heard from")


def heard_sign(name: str, sign: Device) -> Finding:
    """What is known of a sign: whether it took what it was last given."""
    found = troubles(sign.kind, state_of(sign))
    if found:
        since_ms = state_of(sign).get("since_ms")
        minutes = (
            f" for {(time.time_ns() // 1_000_000 - since_ms) // 60_000} minutes" if since_ms else ""
        )
        return Finding(
            name,
            "warning",
            f"does not show what it should{minutes}: {found[0]}",
            "Look at its current and its line, then: turnero sign test.",
        )
    if state_of(sign).get("result") == "sent":
        return Finding(name, "ok", "is sent to; it cannot confirm what it shows")
    return Finding(name, "ok", "answers")
