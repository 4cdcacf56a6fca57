"""What the API refuses, as problem details (https://www.rfc-editor.org/rfc/rfc9457)."""

from typing import Final

import msgspec
from starlette.responses import Response

from clickstream.errors import ShopError

STATUS: Final = {
    "invalid": 422,
    "unauthorized": 401,
    "forbidden": 403,
    "not_found": 404,
    "method_not_allowed": 405,
    "too_large": 413,
    "out_of_stock": 409,
    "cart_empty": 409,
    "price_changed": 409,
    "already_refunded": 409,
    "key_reused": 422,
    "internal": 500,
    "unavailable": 503,
}
"""Each problem's code, and the HTTP status that it is answered with."""


class Problem(msgspec.Struct, kw_only=True):
    """Why a request was refused; some codes carry further facts."""

    title: str
    status: int
    code: str
    detail: str


def problem_response(problem: ShopError) -> Response:
    """The answer to a request that was refused."""
    status = STATUS[problem.code]
    body = {
        "title": problem.code.replace("_", " "),
        "status": status,
        "code": problem.code,
        "detail": problem.detail,
        **problem.facts,
    }
    headers = {"www-authenticate": "Bearer"} if status == 401 else None
    return Response(
        msgspec.json.encode(body, enc_hook=float),
        status_code=status,
        headers=headers,
        media_type="application/problem+json",
    )
