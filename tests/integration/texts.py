"""The integration's own texts and icons, as the tests read them."""

import json
from pathlib import Path
from string import Formatter
from typing import Any

import custom_components.rion_nl43

FOLDER = Path(custom_components.rion_nl43.__file__).parent


def read(name: str) -> dict[str, Any]:
    """Return a JSON file of the integration."""
    found: dict[str, Any] = json.loads((FOLDER / name).read_text(encoding="utf-8"))
    return found


TEXTS = read("translations/en.json")


def strings(tree: dict[str, Any], path: str = "") -> dict[str, str]:
    """Return all strings of a tree by their path."""
    found: dict[str, str] = {}
    for key, value in tree.items():
        here = f"{path}.{key}" if path else key
        found |= strings(value, here) if isinstance(value, dict) else {here: value}
    return found


def placeholders(text: str) -> set[str]:
    """Return the names of a text's placeholders."""
    return {name for _, name, _, _ in Formatter().parse(text) if name}
