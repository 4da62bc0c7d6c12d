"""An exchange of our own making: the embedded default, the demonstration's, and what tests break."""

from turnero.telephony.simulated.client import RemoteExchange
from turnero.telephony.simulated.exchange import SimulatedExchange
from turnero.telephony.simulated.faults import Faults
from turnero.telephony.simulated.switchboard import Switchboard

__all__ = ["Faults", "RemoteExchange", "SimulatedExchange", "Switchboard"]
