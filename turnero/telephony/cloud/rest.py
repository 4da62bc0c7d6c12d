"""The service's REST interface: five requests. Only `place` is not to be repeated blindly."""

from typing import Any, Final

import httpx

from turnero.telephony.cloud.settings import CloudSettings
from turnero.telephony.exchange import ExchangeAway, Health

#: seconds that a step of a request may take
STEP_S: Final = 8.0
#: states of a call that is not over
ALIVE: Final = ("queued", "initiated", "ringing", "in-progress")
_EVENTS: Final = ("initiated", "ringing", "answered", "completed")

_CREATED: Final = 201
_OK: Final = 300
_MISSING: Final = 404
#: told to change a call that is over
_OVER: Final = 400
_FAULTS: Final = 500


class NotPlacedError(Exception):
    """Nothing was rung, and nothing will be. The text is a word for technicians."""


class Rest:
    """See the module's text."""

    def __init__(self, settings: CloudSettings) -> None:
        self._settings = settings
        self._base = f"{settings.api.rstrip('/')}/2010-04-01/Accounts/{settings.account}"
        self._client = httpx.AsyncClient(
            auth=(settings.account, settings.token),
            timeout=STEP_S,
            trust_env=False,
            follow_redirects=False,
        )

    async def close(self) -> None:
        """Let go of connections."""
        await self._client.aclose()

    async def place(self, to: str, shows: str, ring_s: int, answered: str, status: str) -> str:
        """Ring somebody; the service's id of the call.

        Raises `NotPlacedError`, or `ExchangeAway` when it may ring or not.
        """
        form: dict[str, Any] = {
            "To": to,
            "From": shows,
            "Timeout": str(ring_s),
            "Url": answered,
            "Method": "POST",
            "StatusCallback": status,
            "StatusCallbackMethod": "POST",
            "StatusCallbackEvent": list(_EVENTS),
        }
        try:
            answer = await self._client.post(f"{self._base}/Calls.json", data=form)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):
            raise NotPlacedError("unreachable") from None
        except httpx.HTTPError as error:
            raise ExchangeAway(type(error).__name__) from None
        if answer.status_code == _CREATED:
            return _word(_json(answer), "sid")
        if answer.status_code >= _FAULTS or answer.status_code < _OK:
            raise ExchangeAway(f"http {answer.status_code}")
        raise NotPlacedError(f"http {answer.status_code}")

    async def call(self, sid: str) -> str | None:
        """The state of a call; None: the service does not know it."""
        answer = await self._ask("GET", f"/Calls/{sid}.json")
        return None if answer is None else _word(answer, "status")

    async def alive(self) -> list[str]:
        """Ids of the calls of this account that are not over.

        Asked for in the order in which calls go on: one that does meanwhile is seen twice, never
        missed.
        """
        found: dict[str, None] = {}
        for status in ALIVE:
            answer = await self._ask("GET", f"/Calls.json?Status={status}&PageSize=200")
            found |= {_word(one, "sid"): None for one in (answer or {}).get("calls", [])}
        return list(found)

    async def tell(self, sid: str, **form: str) -> bool:
        """Change a call that is going on; False: it is over, or not known."""
        return await self._ask("POST", f"/Calls/{sid}.json", form) is not None

    async def health(self) -> Health:
        """Whether the account can call. Never raises."""
        try:
            answer = await self._ask("GET", ".json")
        except ExchangeAway as error:
            return Health(reachable=False, booted=False, trunk=None, detail=str(error))
        state = str((answer or {}).get("status", "unknown"))
        return Health(reachable=True, booted=state == "active", trunk=None, detail=state)

    async def _ask(
        self, method: str, path: str, form: dict[str, str] | None = None
    ) -> dict[str, Any] | None:
        try:
            answer = await self._client.request(method, self._base + path, data=form)
        except httpx.HTTPError as error:
            raise ExchangeAway(type(error).__name__) from None
        if answer.status_code < _OK:
            return _json(answer)
        if answer.status_code == _MISSING or (method == "POST" and answer.status_code == _OVER):
            return None
        raise ExchangeAway(f"http {answer.status_code}")


def _json(answer: httpx.Response) -> dict[str, Any]:
    try:
        found = answer.json()
    except ValueError:
        raise ExchangeAway("an answer that is no JSON") from None
    if not isinstance(found, dict):
        raise ExchangeAway("an answer that is no object")
    return found


def _word(answer: dict[str, Any], name: str) -> str:
    if not isinstance(found := answer.get(name), str):
        raise ExchangeAway(f"an answer without {name}")
    return found
