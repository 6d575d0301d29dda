"""The description of the API, held against what it does."""

import asyncio
import re
from typing import Any

from .conftest import ONE, Api


async def test_the_description_is_that_of_the_real_routes(api: Api) -> None:
    """The description has every route and no other, and every answer is as it says."""
    description = await api.ask("GET", "/openapi.json")
    assert description["openapi"] == "3.1.0"
    app = api.server._app("127.0.0.1")
    real = {
        (route.method, route.resource.canonical)
        for route in app.router.routes()
        if route.resource and route.method not in {"HEAD", "OPTIONS"}
    }
    described = {(method.upper(), path) for path, methods in description["paths"].items() for method in methods}
    assert real - described == {("GET", "/openapi.json"), ("GET", "/"), ("GET", "/page/{file}")}
    assert described <= real
    operations = [operation for methods in description["paths"].values() for operation in methods.values()]
    assert len({operation["operationId"] for operation in operations}) == len(operations)
    for path, methods in description["paths"].items():
        for operation in methods.values():
            named = {parameter["name"] for parameter in operation["parameters"] if parameter["in"] == "path"}
            assert named == set(re.findall(r"{(\w+)}", path))


def is_as_described(value: Any, schema: dict[str, Any]) -> bool:
    """Judge a value by a schema, independently of the code under test."""
    kinds = {"string": str, "number": (int, float), "integer": int, "boolean": bool, "null": type(None)}
    named = schema.get("type", [])
    types = [named] if isinstance(named, str) else named
    if "enum" in schema and value not in schema["enum"]:
        return False
    if isinstance(value, dict):
        properties = schema.get("properties")
        if "object" not in types or properties is None:
            return "object" in types
        whole = set(schema["required"]) <= set(value) <= set(properties)
        return whole and all(is_as_described(part, properties[name]) for name, part in value.items())
    if isinstance(value, list):
        return "array" in types and all(is_as_described(part, schema["items"]) for part in value)
    return not types or any(isinstance(value, kinds[name]) for name in types)  # type: ignore[arg-type] # a table of types


async def test_answers_are_as_described(api: Api) -> None:
    """Every answer to a GET is as the description says, with a measurement and a fault going on."""
    await api.of("/keys", "POST", {"key": "start"})
    await api.of("/faults", "POST", {"name": "busy"})
    await asyncio.sleep(10)
    description = await api.ask("GET", "/openapi.json")
    for path, methods in description["paths"].items():
        media = methods.get("get", {}).get("responses", {}).get("200", {}).get("content", {})
        if "application/json" not in media:
            continue
        where = path.replace("{serial}", ONE).replace("{name}", "Store Mode")
        answer = await api.ask("GET", where + ("?from=1&to=5" if "truth" in path else ""))
        assert is_as_described(answer, media["application/json"]["schema"]), (path, answer)
