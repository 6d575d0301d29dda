"""HTML and SVG of which everything is escaped that is not made here."""

from html import escape
import re
from typing import Final

# Elements without an end.
_VOID: Final = frozenset({"meta", "br"})
_SUBSCRIPT: Final = re.compile("~([^~]+)~")
_SUPERSCRIPT: Final = re.compile(r"\^([^^]+)\^")


class Markup(str):
    """Text that is HTML already; only the functions here make it."""

    __slots__ = ()


type Content = str | Markup | None


def element(name: str, /, *content: Content, **attributes: str | float | None) -> Markup:
    """Return an element; content that is no markup is escaped, and so are all attributes.

    Attributes lose an underscore at their end (`class_`), any other becomes a hyphen. None is left out.
    """
    told = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(_attribute(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in _VOID:
        return Markup(f"<{name}{told}>")
    return Markup(f"<{name}{told}>{join(*content)}</{name}>")


def join(*content: Content) -> Markup:
    """Return content one after the other."""
    return Markup("".join(each if isinstance(each, Markup) else escape(each) for each in content if each is not None))


def rich(text: str) -> Markup:
    """Return a text of ours in which ~this~ is set lower and ^this^ higher."""
    lower = _SUBSCRIPT.sub(r"<sub>\1</sub>", escape(text, quote=False))
    return Markup(_SUPERSCRIPT.sub(r"<sup>\1</sup>", lower))


def plain(text: str) -> str:
    """Return the same where nothing can be set lower or higher."""
    return text.replace("~", "").replace("^", "")


def _attribute(value: str | float) -> str:
    # A hundredth of a unit is less than anybody sees in a graph.
    return value if isinstance(value, str) else f"{value:.2f}".rstrip("0").rstrip(".")
