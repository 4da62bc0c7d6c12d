"""Makes the adapters that settings name (ways.py)."""

from collections.abc import Callable, Mapping
from pathlib import Path

from turnero.queue.outbox import Channel
from turnero.store.keys import load_key
from turnero.telephony.messages.console import Console
from turnero.telephony.messages.port import Messenger
from turnero.telephony.messages.smtp import Smtp
from turnero.telephony.messages.ways import KEY, Ways, server_of


def open_ways(ways: Ways, folder: Path, now_ms: Callable[[], int]) -> Mapping[Channel, Messenger]:
    """An adapter for each channel that has one. Raises `ValueError` for what cannot be used."""
    opened: dict[Channel, Messenger] = {}
    if ways.phone:
        opened["phone"] = _open(ways.phone, ways, folder, now_ms)
    if ways.mail:
        opened["mail"] = _open(ways.mail, ways, folder, now_ms)
    return opened


def _open(address: str, ways: Ways, folder: Path, now_ms: Callable[[], int]) -> Messenger:
    if address == "console":
        return Console()
    if address.startswith("smtp"):
        return Smtp(server_of(address), ways.sender)
    from turnero.telephony.messages.webhook import Webhook  # noqa: PLC0415 - its library is slow

    return Webhook(address, load_key(folder, KEY), now_ms)
