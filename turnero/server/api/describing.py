"""How a route describes itself in the OpenAPI document: body, key, answers, refusals.

Bodies are read by `read_body`, which names wrong fields, so the framework does not know them:
this file tells the document. It decides nothing about a request.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, cast

import msgspec
from litestar.openapi import ResponseSpec
from litestar.openapi.spec import (
    Example,
    OpenAPIMediaType,
    Operation,
    Parameter,
    RequestBody,
    Schema,
)
from litestar.params import PathParameter
from msgspec import Struct

from turnero.server.api.bodies import Body

SiteInPath = Annotated[
    str, PathParameter(description="Key of the site", examples=[Example(value="demo")])
]
DeskInPath = Annotated[
    str, PathParameter(description="Site's and desk's key", examples=[Example(value="demo.1")])
]
TicketInPath = Annotated[
    str, PathParameter(description="Id of the ticket: 32 hexadecimal digits, not its number")
]

PROBLEM = "application/problem+json"
KEY = "Idempotency-Key"
#: as keys.py accepts it
KEY_PATTERN = "^[!-~]{1,200}$"


class FieldProblem(Struct, frozen=True):
    """What is wrong with one field of the body."""

    field: str
    message: str


class ProblemAnswer(Struct, frozen=True, omit_defaults=True):
    """Problem details (RFC 9457), in the caller's language."""

    type: str
    title: str
    status: int
    detail: str
    #: never changes for the same refusal, in any language
    code: str
    #: the figures of the sentence
    params: dict[str, str | int] = {}
    errors: list[FieldProblem] = []


_REFUSALS = {
    400: "The request is no JSON, or not a request that can be read.",
    401: "No token, or one that is unknown, expired or revoked.",
    403: "The token's role may not do this, or not at this site.",
    404: "There is no such site, service, desk or ticket.",
    405: "The address exists, but not for this method.",
    409: "Not possible in the present state; nothing was changed.",
    413: "The body is too long.",
    422: "Something that was sent can never be right; `errors` names the fields.",
    503: "Nothing can be kept just now; send the same again, with the same key, later.",
}
_ALWAYS = (400, 401, 403, 405, 503)
_WITH_BODY = (409, 413, 422)


def described(
    summary: str,
    description: str = "",
    *,
    permission: str,
    tag: str,
    takes: type[Body] | None = None,
    example: dict[str, Any] | None = None,
    refuses: Sequence[int] = (),
) -> dict[str, Any]:
    """Keyword arguments for a route decorator.

    `takes` is the body; a route with one honours `Idempotency-Key`. `refuses` are statuses
    beyond those that every route, and every route with a body, may answer.
    """
    statuses = sorted({*_ALWAYS, *refuses, *(_WITH_BODY if takes is not None else ())})
    return {
        "summary": summary,
        "description": description or None,
        "tags": [tag],
        "opt": {"permission": permission},
        "operation_class": Operation if takes is None else _operation(takes, example),
        "responses": {
            status: ResponseSpec(
                ProblemAnswer,
                generate_examples=False,
                description=_REFUSALS[status],
                media_type=PROBLEM,
            )
            for status in statuses
        },
    }


@dataclass
class _Acting(Operation):
    """An operation with a body and an idempotency key; the subclass knows which."""

    _body: ClassVar[RequestBody]

    def __post_init__(self) -> None:
        self.request_body = self._body
        self.parameters = [*(self.parameters or ()), _KEY_PARAMETER]


_KEY_PARAMETER = Parameter(
    name=KEY,
    param_in="header",
    required=False,
    description=(
        "Chosen by the caller for one act. The same act sent again with the same key within "
        "48 hours is done once and answered again; another body with it is refused (422)."
    ),
    schema=cast("Schema", {"type": "string", "pattern": KEY_PATTERN, "minLength": 1}),
)


def _operation(body: type[Body], example: dict[str, Any] | None) -> type[Operation]:
    (schema,), _ = msgspec.json.schema_components((body,))
    _, components = msgspec.json.schema_components((body,), ref_template="#/{name}")
    schema = dict(components[body.__name__])
    if "properties" in schema and not schema["properties"]:
        schema["maxProperties"] = 0
    media = OpenAPIMediaType(
        schema=cast("Schema", schema),
        examples=None if example is None else {"usual": Example(value=example)},
    )
    required = bool(schema.get("required"))
    content = RequestBody(content={"application/json": media}, required=required)
    return dataclass(type("Acting", (_Acting,), {"_body": content}))
