"""The table of faults in the documentation: what each is, and what a client saw of it."""

from pathlib import Path

from emulator.faults import FAULTS, FaultType, Parameter

from .story import STORIES

TABLE = Path(__file__).parents[3] / "docs" / "faults.md"

HEAD = """\
# Faults that the emulator can play

Each fault is switched on and off by its name while the meter runs:

```python
number = meter.faults.switch_on("slow-answer", command="DOD?", times=2, delay_s=6)
meter.faults.active()
meter.faults.switch_off(number)          # or its name; clear() for all
```

When it strikes, all faults are told in the same way, and any of them may be combined:

| Term | Meaning |
|---|---|
| `command` | The command line that it strikes; without it any that it can. `DRD row` stands for the rows of a stream. |
| `skip` | So many pass before the first is struck: the fault begins with the next. |
| `times` | It strikes so many times; without it, as often as it can. |
| `probability` | The chance of each strike, drawn from the meter's seed: the same seed, the same strikes. |
| `for_s` | It is over after so many seconds. |

What lasts (a wedged port, a sleeping meter) begins at once, or with the command that it strikes. What strikes
connections or FTP counts these instead of commands.

The last column is no description: it is what a client saw on the wire when the tests last wrote this table
(`script/faults_table`), and they fail if it sees anything else. It waits 1 s between commands and 5 s for an answer.

| No. | Fault | What it does | Parameters | Switched on by | What the client saw |
|---|---|---|---|---|---|
"""


def row(fault: FaultType, seen: str) -> str:
    """Return the row of one fault."""
    parameters = "<br>".join(map(_parameter, fault.parameters)) or "none"
    cells = (fault.number, f"`{fault.name}`", fault.description, parameters, f"`{STORIES[fault.name].order}`", seen)
    return f"| {' | '.join(cell.replace('|', r'\\|') for cell in cells)} |\n"


def document(seen: dict[str, str]) -> str:
    """Return the whole file."""
    return HEAD + "".join(row(fault, seen[name]) for name, fault in FAULTS.items())


def _parameter(parameter: Parameter) -> str:
    default = "none" if parameter.default is None else f"`{parameter.default}`" if parameter.default != "" else "empty"
    return f"`{parameter.name}` = {default}: {parameter.description} ({parameter.expected})"
