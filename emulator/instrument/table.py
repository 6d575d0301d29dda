"""All commands of the NL-43, NL-53 and NL-63, by group, as Rion's communication guide lists them.

Names, kinds and options are documented; where the values are from, how far that can be relied on and what was chosen
where nobody knows, each command says itself. Values that nobody has published take any short text.
"""

from .measurement_commands import MEASURE, STORE, WAVE
from .meter_commands import DISPLAY, INPUT_OUTPUT, NETWORK, OUTPUT, SYSTEM

GROUPS = {
    "Communication and system": SYSTEM,
    "Display": DISPLAY,
    "Measure": MEASURE,
    "Store": STORE,
    "Waveform recording": WAVE,
    "Input and output": INPUT_OUTPUT,
    "Network": NETWORK,
    "Data output": OUTPUT,
}

COMMANDS = tuple(command for group in GROUPS.values() for command in group)

# The base unit's names for what option EX names by channel; both are taken, whichever is installed.
ALIASES = {
    "Frequency Weighting": "Frequency Weighting (Main)",
    "Time Weighting": "Time Weighting (Main)",
}

BY_NAME = {command.name.lower(): command for command in COMMANDS}
BY_NAME |= {alias.lower(): BY_NAME[name.lower()] for alias, name in ALIASES.items()}
