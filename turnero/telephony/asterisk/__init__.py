"""Asterisk 22 as the exchange, by ARI in either direction; `examples/` holds its side."""

from turnero.telephony.asterisk.adapter import Asterisk
from turnero.telephony.asterisk.settings import AsteriskSettings

__all__ = ["Asterisk", "AsteriskSettings"]
