"""One thing that the API can do."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from .guard import body_of
from .schema import Schema, check

type Handle = Callable[["Call"], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Call:
    """A request whose body has been found to be as its schema says."""

    request: web.Request
    body: Mapping[str, Any]

    @property
    def path(self) -> Mapping[str, str]:
        """The variable parts of the path."""
        return self.request.match_info

    @property
    def query(self) -> Mapping[str, str]:
        """What stands behind the question mark."""
        return self.request.query


@dataclass(frozen=True, slots=True)
class Route:
    """Method, path and what is done. `handler` returns what is answered as JSON, or a response of its own."""

    method: str
    path: str
    name: str
    summary: str
    handler: Handle
    answer: Schema
    body: Schema | None = None
    query: Mapping[str, Schema] = field(default_factory=dict)
    media: str = "application/json"

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer a request; RefusedError if it is not as the schema says."""
        body: Any = {}
        if self.body is not None:
            body = await body_of(request)
            check(self.body, body)
        answer = await self.handler(Call(request, body))
        return answer if isinstance(answer, web.StreamResponse) else web.json_response(answer)
