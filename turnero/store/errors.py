"""The one small hierarchy of errors: what a rule refuses, and what the machine could not do.

Texts for people do not live here: a refusal carries a code and its figures, and
`web/problems.py` turns them into a sentence in the reader's language.
"""


class TurneroError(Exception):
    """Anything that Turnero itself raises on purpose."""


class Refused(TurneroError):
    """A rule said no; nothing changed and nothing was lost.

    `code` is a kebab-case key that never changes once published; `params` are the
    figures that its sentence needs; `status` is the HTTP status that fits it.
    """

    def __init__(self, code: str, status: int = 409, **params: str | int) -> None:
        self.code = code
        self.status = status
        self.params = params
        super().__init__(code)

    def __str__(self) -> str:
        said = " ".join(f"{name}={value!r}" for name, value in self.params.items())
        return f"{self.code} {said}".rstrip()


class NotFound(Refused):
    """The thing that was named does not exist (or is not the caller's to see)."""

    def __init__(self, code: str, **params: str | int) -> None:
        super().__init__(code, 404, **params)


class Invalid(Refused):
    """What was sent can never be right, whatever the state; the caller must change it."""

    def __init__(self, code: str, **params: str | int) -> None:
        super().__init__(code, 422, **params)


class Unavailable(TurneroError):
    """Nothing can be kept just now (disk, database, shutdown); nothing was changed.

    Callers may repeat the same request with the same idempotency key later.
    """


class Occupied(TurneroError):
    """Another process writes to this data folder already; the message names it."""
