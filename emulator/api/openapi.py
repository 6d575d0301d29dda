"""The description of the API, made of the table that also serves it."""

from collections.abc import Iterable
import re
from typing import Any

from .route import Route
from .schema import fields

_TEXT = {"type": "string"}
_PLACES = {
    "serial": "The meter's serial number, 8 digits",
    "name": "The setting's name, as in its command",
    "id": "What switching the fault on returned",
}
_ERROR = fields({"error": {"type": "string", "description": "What is wrong, in words"}})


def describe(routes: Iterable[Route]) -> dict[str, Any]:
    """Return the description in the form of OpenAPI 3.1."""
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "NL-43 emulator",
            "version": "1",
            "summary": "Operate emulated sound level meters as somebody standing in front of them would.",
            "description": "Served to this host alone. Bodies are JSON; errors say in words what is wrong.",
        },
        "paths": paths,
        "components": {"schemas": {"Error": _ERROR}},
    }


def _operation(route: Route) -> dict[str, Any]:
    parameters: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "description": _PLACES[name], "schema": _TEXT}
        for name in re.findall(r"{(\w+)}", route.path)
    ]
    parameters += [{"name": name, "in": "query", "schema": schema} for name, schema in route.query.items()]
    failed = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    operation: dict[str, Any] = {
        "operationId": route.name,
        "summary": route.summary,
        "parameters": parameters,
        "responses": {
            "200": {"description": "Done", "content": {route.media: {"schema": route.answer}}},
            "4XX": {"description": "RefusedError, with the reason in words", "content": failed},
        },
    }
    if route.body is not None:
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": route.body}}}
    return operation
