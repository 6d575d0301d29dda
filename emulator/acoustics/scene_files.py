"""Scene files: where they are, and how to read one."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
import os
from pathlib import Path
from typing import Any

import voluptuous as vol
import yaml  # type: ignore[import-untyped] # the library comes without types

from .errors import SceneError
from .recording import read_recording
from .scene import Scene
from .scene_description import SceneDescription
from .scene_schema import SCENE

_FOLDER = Path(__file__).parent.parent / "scenes"
_SUFFIXES = {".yaml", ".yml", ".csv"}

SCENES = tuple(sorted(path.stem for path in _FOLDER.glob("*.yaml")))


def make_scene(name_or_path: str | Path, seed: int, starts_at: datetime | None = None) -> Scene:
    """Return a new scene: one of SCENES, or of one's own file; SceneError if there is none or it is not right.

    `starts_at` is the local time of slot 0: the scene then follows the hours of the day. Without it, it is always the
    busy part of a working day.
    """
    return read_scene(name_or_path).scene(seed, starts_at)


def read_scene(name_or_path: str | Path) -> SceneDescription:
    """Return the description of one of SCENES, or of the scene in a file; SceneError tells file, line and key.

    A file is a scene file, or a CSV file of levels to be replayed over and over.
    """
    if str(name_or_path) in SCENES:
        return _known(str(name_or_path))
    path = Path(name_or_path)
    if path.suffix.lower() not in _SUFFIXES and not path.is_file():
        raise SceneError(
            f"there is no scene {os.fspath(name_or_path)!r}: scenes are {', '.join(SCENES)}, "
            "or the path of a file, .yaml or .csv"
        )
    return _read_levels(path) if path.suffix.lower() == ".csv" else _read(path)


@cache
def _known(name: str) -> SceneDescription:
    return _read(_FOLDER / f"{name}.yaml")


def _read_levels(path: Path) -> SceneDescription:
    written = SCENE({"layers": [{"kind": "replay", "name": "levels", "file": path.name}]})
    written["layers"][0]["recording"] = read_recording(path)
    return SceneDescription(path.stem, path.name, "", written)


def _read(path: Path) -> SceneDescription:
    try:
        loader = _Loader(path.read_text(encoding="utf-8"))
        document = loader.get_single_node()
        content = loader.construct_document(document) if document else None
    except OSError as error:
        raise SceneError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SceneError(f"{path}: this is no text: {error}") from error
    except (yaml.YAMLError, ValueError) as error:
        raise SceneError(_unreadable(path, error)) from error
    except RecursionError as error:
        raise SceneError(f"{path}: this is no YAML: it is nested too deeply") from error
    if not isinstance(content, dict):
        raise SceneError(f"{path}: a scene has keys and values, {', '.join(map(str, SCENE.schema))}")
    try:
        written = SCENE(content)
        _check_names(written)
    except vol.Invalid as error:
        raise SceneError(_wrong(path, document, error)) from error
    for layer in written["layers"]:
        if layer["kind"] == "replay":
            layer["recording"] = read_recording(path.parent / layer["file"])
    return SceneDescription(path.stem, written["title"], written["description"], written)


class _Loader(yaml.SafeLoader):  # type: ignore[misc] # the library comes without types
    """Refuses a key that stands twice, of which YAML would silently take the last."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        """Return the mapping of a node; YAMLError if a key stands in it twice."""
        keys: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value in keys:
                raise yaml.constructor.ConstructorError(None, None, f"the key {key.value} stands twice", key.start_mark)
            keys.add(str(key.value))
        mapping: dict[Any, Any] = super().construct_mapping(node, deep)
        return mapping


def _check_names(written: dict[str, Any]) -> None:
    seen: set[str] = set()
    for position, layer in enumerate(written["layers"]):
        if layer["name"] in seen:
            raise vol.Invalid(
                f"has to differ from other layers' names, {layer['name']} stands twice", ["layers", position, "name"]
            )
        seen.add(layer["name"])
        if layer.get("hours", None) not in {None, *written["hours"]}:
            known = ", ".join(written["hours"]) or "none"
            raise vol.Invalid(
                f"has to be one of the scene's hours ({known}), not {layer['hours']!r}", ["layers", position, "hours"]
            )


def _unreadable(path: Path, error: Exception) -> str:
    mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None)
    place = f"{path}, line {mark.line + 1}" if mark else str(path)
    return f"{place}: this is no YAML: {problem or ' '.join(str(error).split())}"


def _wrong(path: Path, document: Any, error: vol.Invalid) -> str:
    """Return what is wrong in the words of who wrote the file: line, key, and what there has to be."""
    first = error.errors[0] if isinstance(error, vol.MultipleInvalid) else error
    key, line = _place_of(document, first.path)
    return f"{path}, line {line}: {key} {_in_plain_words(first)}"


def _in_plain_words(error: vol.Invalid) -> str:
    if isinstance(error, vol.RequiredFieldInvalid):
        return "is missing"
    if isinstance(error, vol.DictInvalid):
        return "has to have keys and values"
    if error.msg in {"extra keys not allowed", "not a valid option"}:
        return "is no key that can stand here"
    return error.msg


def _place_of(node: Any, path: Sequence[Any]) -> tuple[str, int]:
    """Return the key that a path leads to, list items counted from 1, and the line where it stands.

    The line of what is missing is that of the nearest thing around it.
    """
    key, line = "", 1
    for step in path:
        children: dict[str, tuple[Any, Any]] = {}
        if isinstance(node, yaml.SequenceNode):
            key += f"[{step + 1}]"
            children = {str(number): (value, value) for number, value in enumerate(node.value)}
        else:
            key += f".{step}"
            children = {str(name.value): (name, value) for name, value in (node.value if node else ())}
        marked, node = children.get(str(step), (None, None))
        if marked is not None:
            line = marked.start_mark.line + 1
    return key.lstrip("."), line
