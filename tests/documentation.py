"""Reads the documentation for users: its headings, tables, links and examples."""

from collections.abc import Iterator
from dataclasses import dataclass, field
import itertools
from pathlib import Path
import re
from typing import Any

from homeassistant.util.yaml import parse_yaml

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = (
    ROOT / "README.md",
    *(
        DOCS / f"{name}.md"
        for name in (
            *("entities", "feeds", "control", "alerts", "blueprints", "actions", "triggers", "conditions"),
            *("link", "options", "files", "calibration", "troubleshooting", "websocket"),
            *("dashboards", "first-alert", "integrators", "history"),
        )
    ),
)

type Row = tuple[str, ...]


@dataclass(slots=True)
class Section:
    """A heading, those above it, the text under it, and the rows of its tables without their heads."""

    heading: str
    above: tuple[str, ...]
    lines: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All lines."""
        return "\n".join(self.lines)

    @property
    def tables(self) -> list[list[Row]]:
        """The rows of each table, its head first."""
        runs = itertools.groupby(self.lines, lambda line: line.startswith("|"))
        return [
            [_cells(line) for line in run if not re.fullmatch(r"[|-]+", line)] for is_table, run in runs if is_table
        ]

    @property
    def rows(self) -> list[Row]:
        """The rows of all tables, without their heads."""
        return [row for table in self.tables for row in table[1:]]


def sections(page: Path) -> list[Section]:
    """Return the sections of a page in their order."""
    found, above, fenced = [Section("", ())], [""] * 7, False
    for line in page.read_text(encoding="utf-8").splitlines():
        fenced ^= line.startswith("```")
        if not fenced and (heading := re.fullmatch(r"(#+) (.+)", line)):
            depth = len(heading[1])
            above[depth:] = [heading[2]] + [""] * (6 - depth)
            found.append(Section(heading[2], tuple(above[1:depth])))
        else:
            found[-1].lines.append(line)
    return found


def section(page: Path, heading: str) -> Section:
    """Return the only section of that name."""
    (found,) = (part for part in sections(page) if part.heading == heading)
    return found


def quoted(text: str) -> list[str]:
    """Return what stands between backticks."""
    return re.findall(r"`([^`]+)`", text)


def expanded(text: str) -> list[str]:
    """Return all that braces stand for: `l{1,5}_x` is l1_x and l5_x."""
    parts = [part.split(",") if braced else [part] for braced, part in _braces(text)]
    return ["".join(choice) for choice in itertools.product(*parts)]


def examples(page: Path) -> list[Any]:
    """Return the YAML blocks of a page, read."""
    return [parse_yaml(block) for block in _blocks(page, "yaml")]


def responses(page: Path) -> list[str]:
    """Return the JSON blocks of a page."""
    return _blocks(page, "json")


def templates(page: Path) -> list[str]:
    """Return the templates of a page."""
    return _blocks(page, "jinja")


def shell_lines(page: Path) -> list[str]:
    """Return what a page tells to enter into a shell, one command each."""
    return [line for block in _blocks(page, "sh") for line in block.replace("\\\n", "").splitlines()]


def pictures(page: Path) -> list[Path]:
    """Return the pictures that a page shows."""
    found = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", page.read_text(encoding="utf-8"))
    return [(page.parent / path).resolve() for path in found]


def mappings(value: Any) -> Iterator[dict[str, Any]]:
    """Yield all mappings in a tree."""
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            yield from mappings(part)


def links(page: Path) -> list[tuple[Path, str]]:
    """Return the pages and anchors that a page links to, but for those of other sites."""
    found = re.findall(r"\]\(([^)#\s]*)(?:#([^)\s]*))?\)", page.read_text(encoding="utf-8"))
    return [((page.parent / path).resolve() if path else page, anchor) for path, anchor in found if ":" not in path]


def anchors(page: Path) -> set[str]:
    """Return the anchors that the headings of a page have, by the rules of GitHub."""
    return {re.sub(r"[^\w\- ]", "", part.heading.lower()).replace(" ", "-") for part in sections(page)}


def _blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def _braces(text: str) -> Iterator[tuple[bool, str]]:
    for number, part in enumerate(re.split(r"\{([^}]*)\}", text)):
        yield bool(number % 2), part


def _cells(line: str) -> Row:
    return tuple(cell.strip() for cell in line.strip().strip("|").split("|"))
