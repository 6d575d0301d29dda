"""Dependencies point down only."""

import ast
from collections.abc import Iterator
from pathlib import Path
import re
import sys

import pytest

ROOT = Path(__file__).parent.parent
INTEGRATION = ROOT / "custom_components" / "rion_nl43"
# What each layer below Home Assistant may import of its neighbours, and of other packages.
LAYERS = {
    "nl43": {"aioftp"},
    "acoustics": set[str](),
    "alerts": {"acoustics"},
    "monitor": {"nl43", "acoustics", "alerts"},
    "picture": {"alerts", "PIL"},
    "report": {"acoustics", "alerts"},
}


def imports(file: Path) -> Iterator[str]:
    """Yield what a module imports: names of packages, and for the integration's own parts their names in it."""
    package = file.relative_to(ROOT).parent.parts
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield (node.module or "").partition(".")[0]
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) + 1 - node.level]
            path = (*above, *(node.module or node.names[0].name).split("."))
            own = len(INTEGRATION.relative_to(ROOT).parts)
            yield path[own] if file.is_relative_to(INTEGRATION) else path[0]


@pytest.mark.parametrize("layer", LAYERS)
def test_a_layer_knows_only_those_below_it(layer: str) -> None:
    """And none of them knows Home Assistant."""
    files = list((INTEGRATION / layer).rglob("*.py"))
    assert files
    for file in files:
        assert set(imports(file)) - sys.stdlib_module_names <= {layer, *LAYERS[layer]}, file.name


def test_emulator_and_integration_share_no_code() -> None:
    """One bug cannot hide in both."""
    for file in (ROOT / "emulator").rglob("*.py"):
        assert "custom_components" not in set(imports(file))
    for file in INTEGRATION.rglob("*.py"):
        assert "emulator" not in set(imports(file))


def test_every_module_has_its_place() -> None:
    """Who contributes finds each module of the layer for Home Assistant beside the idea that it belongs to."""
    assert named("for Home Assistant") == sorted(path.stem for path in INTEGRATION.glob("*.py"))


def test_every_folder_of_the_pages_has_its_place() -> None:
    """As the modules have."""
    assert named("of the pages") == sorted(path.name for path in (INTEGRATION / "frontend").iterdir() if path.is_dir())


def named(part: str) -> list[str]:
    """Return what is named in this table of where is what, in the order of the alphabet."""
    table = (ROOT / "CONTRIBUTING.md").read_text().partition(f"## Where is what {part}")[2].partition("\n## ")[0]
    cells = re.findall(r"^\|[^|]*\| (`.*`) \|$", table, re.MULTILINE)
    return sorted(name for cell in cells for name in cell.strip("`").split("`, `"))
