"""The ledger of the emulator's fidelity, made from its command table and its config: `script/ledger`."""

import argparse
import ast
from collections import Counter
from collections.abc import Iterable, Iterator
import inspect
import itertools
from pathlib import Path
import sys
from typing import NamedTuple

from emulator import config
from emulator.instrument.command import Command, Kind, When
from emulator.instrument.table import ALIASES, COMMANDS, GROUPS

PATH = Path(__file__).parents[1] / "docs" / "fidelity.md"
SOURCES = {
    "observed": "seen on real instruments",
    "documented": "from Rion's communication guide, as others quote it",
    "sister": "documented by Rion for sister instruments that share the command set",
    "assumed": "nobody has published it",
}
INTRODUCTION = """\
# How far the emulator can be relied on

Made by `script/ledger` from the command table (`emulator/instrument/`) and `MeterConfig` (`emulator/config.py`); change
those, not this page.

The names of the commands, their kinds and their options are documented. The source told here is that of their values
and effects; the confidence says how far to build on them. Where nothing is said of what a command does, the emulator
keeps the value and tells it, and that is all.
"""
SWITCHES = """\
## Switches

What is assumed about behaviour can be changed, meter by meter; what is assumed about values, in the command table.
"""
OWNERS: dict[type, str] = {
    config.MeterConfig: "`MeterConfig`",
    config.Prompt: "`Prompt`: the field `prompt`",
    config.Latency: "`Latency`: the field `latency`",
    config.StoreFormat: "`StoreFormat`: the field `store_format`",
}
KINDS = {Kind.SETTING: "set", Kind.REQUEST: "ask", Kind.BOTH: "set, ask"}


class Switch(NamedTuple):
    """A field of the config."""

    name: str
    default: str
    description: str


def switches(owner: type) -> Iterator[Switch]:
    """Yield the fields of a dataclass that say what they are for, in its order."""
    body = ast.parse(inspect.getsource(owner)).body[0]
    statements = body.body if isinstance(body, ast.ClassDef) else []
    for field, text in itertools.pairwise(statements):
        if isinstance(field, ast.AnnAssign) and isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant):
            default = "" if field.value is None else ast.unparse(field.value)
            description = inspect.cleandoc(str(text.value.value))
            yield Switch(ast.unparse(field.target), _plain(default), " ".join(description.split()))


def document() -> str:
    """Return the text of the ledger."""
    return "\n".join([INTRODUCTION, *_summary(), *_groups(), *_switches()])


def _plain(default: str) -> str:
    factory = "field(default_factory="
    return f"{default.removeprefix(factory).removesuffix(')')}()" if default.startswith(factory) else default


def _summary() -> Iterator[str]:
    count: Counter[str] = Counter(command.source for command in COMMANDS)
    yield from _table(
        ("Source", "Meaning", "Commands"),
        ((name, meaning, str(count[name])) for name, meaning in SOURCES.items()),
    )


def _groups() -> Iterator[str]:
    yield "## Commands\n"
    aliases = ", ".join(f"`{alias}` for `{name}`" for alias, name in ALIASES.items())
    yield f"Names that the emulator takes besides (`base_names`): {aliases}.\n"
    for title, commands in GROUPS.items():
        yield f"### {title}\n"
        head = ("Command", "Use", "Option", "Values", "From the factory", "Source", "Confidence", "What it does")
        yield from _table(head, map(_row, commands))


def _row(command: Command) -> tuple[str, ...]:
    values = command.values or command.argument
    described = "" if values is None else values.described
    if command.argument:
        described = f"after the `?`: {described}"
    default = "" if command.default is None else f"`{command.default}`"
    use = KINDS[command.kind] + ("; also while measuring" if _at_any_time(command) else "")
    option = command.option or ""
    return f"`{command.name}`", use, option, described, default, command.source, command.confidence, command.chosen


def _at_any_time(command: Command) -> bool:
    return command.when is When.ALWAYS and Kind.SETTING in command.kind


def _switches() -> Iterator[str]:
    yield SWITCHES
    for owner, title in OWNERS.items():
        yield f"### {title}\n"
        rows = (
            (f"`{name}`", f"`{default}`" if default else "", description)
            for name, default, description in switches(owner)
        )
        yield from _table(("Field", "Default", "Meaning"), rows)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    for cells in (head, ("---",) * len(head), *rows):
        yield "| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |"
    yield ""


def main() -> int:
    """Write the ledger, or see whether it is up to date; return the exit code."""
    parser = argparse.ArgumentParser(prog="script/ledger", description="Writes docs/fidelity.md.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail if the file is out of date")
    text = document()
    if not parser.parse_args().check:
        PATH.write_text(text, encoding="utf-8")
        return 0
    if PATH.is_file() and PATH.read_text(encoding="utf-8") == text:
        return 0
    sys.stderr.write("docs/fidelity.md is out of date: run script/ledger\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
