"""Where the service's webhooks come in. The adapter is made once the store is open; before, they wait.

The address is checked as it is configured, so a proxy may change the host, but not the path.
"""

from pathlib import Path

from litestar import Response, post

from turnero.store.errors import Unavailable
from turnero.telephony.cloud.adapter import Cloud
from turnero.telephony.cloud.hearing import BASE
from turnero.telephony.cloud.settings import CloudSettings
from turnero.telephony.cloud.signatures import fields_of
from turnero.telephony.exchange import Exchange
from turnero.telephony.hook_problems import PROBLEMS
from turnero.web.principal import PageRequest
from turnero.web.slice import Slice
from turnero.web.wiring import Web


class CloudHooks:
    """The exchange and its webhooks, which are one object from the start of the server on."""

    def __init__(self, settings: CloudSettings, data: Path) -> None:
        self._settings = settings
        self._data = data
        self._cloud: Cloud | None = None

    def make(self, web: Web) -> Exchange:
        """The exchange, once the store is open."""
        self._cloud = Cloud(self._settings, self._data, web.clock)
        return self._cloud

    def slice(self) -> Slice:
        """The routes."""

        @post(
            f"{BASE}/{{rest:path}}",
            opt={"permission": "public", "signed": True},
            status_code=200,
            include_in_schema=False,
        )
        async def hook(request: PageRequest) -> Response[bytes]:
            if self._cloud is None:
                raise Unavailable("the exchange is not open yet")
            answer = self._cloud.webhook(
                request.scope["path"].removeprefix(BASE),
                request.scope["query_string"].decode("ascii", "replace"),
                fields_of(await request.body()),
                request.headers.getall("x-twilio-signature", []),
            )
            return Response(answer, media_type="text/xml")

        return Slice(name="cloud", routes=[hook], problems=PROBLEMS)
