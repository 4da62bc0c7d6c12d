"""How an Asterisk is reached and what its dialplan calls things; a frozen value, read elsewhere."""

import msgspec


class AsteriskSettings(msgspec.Struct, frozen=True):
    """The names are those of the shipped examples. Never printed: it holds a password."""

    password: str
    user: str = "turnero"
    #: where ARI is served; "" where Asterisk dials out to us
    url: str = "http://127.0.0.1:8088"
    #: "127.0.0.1:8765": where we wait for an Asterisk that dials out to us; "" otherwise
    listen: str = ""
    #: the Stasis application
    app: str = "turnero"
    #: how a public number is dialled: through the dialplan's own list of what may be
    phones: str = "Local/{number}@turnero-dial/n"
    #: how a telephone of the house is rung
    desks: str = "Local/{extension}@turnero-desks/n"
    #: where an answered leg goes: it comes to us, or hears that we are away
    answered: str = "turnero-answered"
    #: the endpoint whose state is the trunk's; "" where nobody can say
    trunk: str = "PJSIP/trunk"
    #: whose way of writing callers' numbers without "+" have, ISO 3166; "" where all have it
    region: str = ""
    #: seconds that two who were joined may speak; the dialplan's own are few
    longest_s: int = 7_200
    #: seconds after which the dialplan speaks to a leg that holds, or has just come, and has had no
    #: word of ours; more than a desk waits for a patient's telephone and answer
    alone_s: int = 240
    #: seconds for a request
    patience_s: float = 4.0
    #: seconds without a sign of life after which a link counts as lost (half-open ones too)
    silence_s: float = 10.0

    def __repr__(self) -> str:
        return f"AsteriskSettings({self.url or self.listen})"
