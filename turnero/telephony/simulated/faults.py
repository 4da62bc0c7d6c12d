"""What can go wrong with the simulated exchange, as switches that a test sets."""

import msgspec

from turnero.telephony.exchange import Health


class Faults(msgspec.Struct):
    """All off at first. What breaks at one moment (a link cut) is a method of `Switchboard`."""

    #: nobody listens at its address: a leg placed is refused, everything else is `ExchangeAway`
    away: bool = False
    #: it takes requests and does not answer in time; nothing is done: a leg placed is `UNKNOWN`
    mute: bool = False
    #: it answers, yet is not booted: a leg placed is refused
    booting: bool = False
    #: every public number is behind a dead trunk; house telephones work
    trunk_dead: bool = False
    #: so many of the next legs placed ring, and the answer that they do is lost
    lose_answers: int = 0
    #: so many of the next legs placed are lost on the way: they never ring, nobody says so
    lose_requests: int = 0
    #: each event comes up to so many milliseconds late, so they overtake each other
    late_ms: int = 0
    #: each event comes twice
    double: bool = False
    #: no event comes, and the link looks well
    deaf: bool = False
    #: whom we stop ringing picks up in that same moment
    answer_races_cancel: bool = False
    #: ended legs can be looked up, as at a cloud exchange; otherwise they are forgotten
    remembers: bool = False

    def health(self) -> Health:
        """How the exchange says it is."""
        if self.away or self.mute:
            why = "connection refused" if self.away else "no answer in time"
            return Health(reachable=False, booted=False, trunk=None, detail=why)
        if self.booting:
            return Health(reachable=True, booted=False, trunk=None, detail="booting")
        return Health(reachable=True, booted=True, trunk=not self.trunk_dead, detail="simulated")
