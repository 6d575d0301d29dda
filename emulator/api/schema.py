"""What requests and answers look like: JSON Schema, of which requests are checked against the part used here."""

from collections.abc import Mapping
from typing import Any

type Schema = Mapping[str, Any]

_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "number": (int, float),
    "integer": (int,),
    "boolean": (bool,),
    "object": (dict,),
    "null": (type(None),),
}


class RefusedError(Exception):
    """A request that cannot be fulfilled; says why in words for people."""

    def __init__(self, status: int, reason: str) -> None:
        """Refuse with an HTTP status of 400 to 499."""
        super().__init__(reason)
        self.status = status


def fields(required: Mapping[str, Schema], optional: Mapping[str, Schema] | None = None) -> Schema:
    """Return the schema of an object with these properties and no others."""
    return {
        "type": "object",
        "properties": {**required, **(optional or {})},
        "required": list(required),
        "additionalProperties": False,
    }


def check(schema: Schema, value: object, name: str = "the body") -> None:
    """Raise RefusedError (422) unless the value is as the schema says."""
    if not _has_type(schema, value):
        raise RefusedError(422, f"{name} must be {_types_in_words(schema)}")
    if "enum" in schema and value not in schema["enum"]:
        raise RefusedError(422, f"{name} must be one of {', '.join(map(str, schema['enum']))}, not {value!r}")
    if isinstance(value, int | float) and not isinstance(value, bool):
        _check_limits(schema, value, name)
    if isinstance(value, dict) and "properties" in schema:
        _check_properties(schema, value)


def _check_limits(schema: Schema, value: float, name: str) -> None:
    # Compared so that "not a number" fails too.
    if not schema.get("minimum", -1e300) <= value <= schema.get("maximum", 1e300):
        limits = [
            f"{word} {schema[key]}" for key, word in (("minimum", "at least"), ("maximum", "at most")) if key in schema
        ]
        raise RefusedError(422, f"{name} must be {' and '.join(limits) or 'finite'}, not {value}")


def _check_properties(schema: Schema, value: Mapping[str, object]) -> None:
    properties = schema["properties"]
    for name in schema["required"]:
        if name not in value:
            raise RefusedError(422, f"{name!r} is missing")
    for name, part in value.items():
        if name in properties:
            check(properties[name], part, repr(name))
        else:
            raise RefusedError(422, f"{name!r} is not known here, only {', '.join(map(repr, properties))}")


def _has_type(schema: Schema, value: object) -> bool:
    wanted = _types(schema)
    if isinstance(value, bool):
        return "boolean" in wanted
    return any(isinstance(value, _TYPES[name]) for name in wanted)


def _types(schema: Schema) -> list[str]:
    named = schema.get("type", [])
    return [named] if isinstance(named, str) else list(named)


def _types_in_words(schema: Schema) -> str:
    return " or ".join(
        f"{'an' if name[0] in 'aeio' else 'a'} {name}" if name != "null" else "null" for name in _types(schema)
    )
