"""What an account at the service needs."""

from typing import NamedTuple

#: where the service's REST interface is
API = "https://api.twilio.com"


class CloudSettings(NamedTuple):
    """`repr` shows no token."""

    #: the account's id, "AC…"
    account: str
    #: its secret: requests are made with it, and webhooks signed
    token: str
    #: the number that is shown, E.164: one of the account's
    number: str
    #: where the service reaches us, "https://turnos.example.org": what it signs begins with it
    public_address: str
    #: where telephones of the house are registered, "hospital.sip.example.org"; "": nowhere
    sip_domain: str = ""
    api: str = API

    def __repr__(self) -> str:
        return f"CloudSettings({self.account}, {self.public_address})"
