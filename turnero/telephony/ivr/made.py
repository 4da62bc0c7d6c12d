"""Puts the menu of an installation together, for whoever reads its exchange's events."""

from turnero.store.ledger import Ledger
from turnero.store.vault import Vault
from turnero.telephony.exchange import Exchange
from turnero.telephony.ivr.flow import Inbounds
from turnero.telephony.ivr.ledger import LedgerActs
from turnero.telephony.ivr.spoken import worded
from turnero.web.speech import Speech


def inbounds(
    ledger: Ledger, exchange: Exchange, vault: Vault, speech: Speech | None = None
) -> Inbounds:
    """A language is offered that a voice says and whose sentences somebody has read over."""
    own_voice = exchange.caps.own_voice

    def speaks(language: str) -> bool:
        heard = own_voice or (speech is not None and speech.name("1", language) is not None)
        return heard and worded(language)

    return Inbounds(exchange, LedgerActs(ledger, vault), ledger.clock, speaks=speaks)
