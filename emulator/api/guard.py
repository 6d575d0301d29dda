"""Who may ask: nobody but the people of this host, whatever pages their browsers have open."""

import ipaddress
import json
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from .schema import RefusedError

_LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
_CHANGES = frozenset({"POST", "PUT"})
_HEADERS = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def error(status: int, reason: str) -> web.Response:
    """Return an error in words."""
    return web.json_response({"error": reason}, status=status)


def guard(host: str) -> Middleware:
    """Return the middleware for a server on this host: checks who asks, and turns errors into JSON."""

    @web.middleware
    async def guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            _check(request, host)
            return await handler(request)
        except RefusedError as refused:
            return error(refused.status, str(refused))
        except web.HTTPError as http:
            return _in_words(request, http)

    return guarded


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Forbid browsers what the page does not need."""
    response.headers.update(_HEADERS)


def _check(request: web.Request, host: str) -> None:
    name = _name_of(request.host)
    if not _is_ours(name, host):
        # A page of another host may have had its name resolve to this one.
        raise RefusedError(403, f"this server is not called {name!r}")
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc.lower() != request.host.lower():
        raise RefusedError(403, f"pages from {origin!r} may not ask here")
    if request.method in _CHANGES and request.content_type != "application/json":
        raise RefusedError(415, "the body must be application/json")


def _name_of(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _is_ours(name: str, host: str) -> bool:
    if name in _LOCAL_NAMES or name == host.lower():
        return True
    try:
        # Bound to all addresses, any of them may be meant; a name resolves to whatever its owner likes.
        return ipaddress.ip_address(host).is_unspecified and bool(ipaddress.ip_address(name))
    except ValueError:
        return False


def _in_words(request: web.Request, http: web.HTTPError) -> web.StreamResponse:
    words = {
        404: f"there is no {request.path}",
        405: f"{request.path} does not take {request.method}",
        413: "the body is too long",
    }
    return error(http.status, words.get(http.status, http.reason))


async def body_of(request: web.Request) -> object:
    """Return the JSON that came; RefusedError (400) if it is none."""
    try:
        return await request.json()
    except (json.JSONDecodeError, UnicodeDecodeError, LookupError, RecursionError) as wrong:
        raise RefusedError(400, f"the body is no JSON: {wrong}") from wrong
