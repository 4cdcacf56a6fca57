"""What is served beside the page: read and compressed once, then answered from memory."""

from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PLACES: Final = ("/assets/", "/lib/")


class Kept:
    """Answers files from memory after the first time that each was asked for, as it was then.

    To compress the chart library takes longer than to draw a page. A file's name, or the version
    behind it, changes with what is in it, so that nothing has to be looked at again.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.kept: dict[str, list[Message]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not _is_whole_file(scope):
            await self.app(scope, receive, send)
            return
        for message in self.kept.get(scope["path"]) or await self._ask(scope, receive):
            await send({**message})

    async def _ask(self, scope: Scope, receive: Receive) -> list[Message]:
        """The application's answer, which is kept where it is a file."""
        answer: list[Message] = []

        async def take(message: Message) -> None:
            answer.append(message)

        await self.app(scope, receive, take)
        if answer[0]["status"] == 200:
            self.kept[scope["path"]] = answer
        return answer


def _is_whole_file(scope: Scope) -> bool:
    """Whether a file is asked for by a browser that takes it compressed and does not have it."""
    if scope["type"] != "http" or scope["method"] != "GET":
        return False
    headers = Headers(scope=scope)
    is_part = "range" in headers or "if-none-match" in headers or "if-modified-since" in headers
    is_file = scope["path"].startswith(PLACES)
    return is_file and "gzip" in headers.get("accept-encoding", "") and not is_part
