"""Print the requirements of all that the demo's Home Assistant loads.

Home Assistant would install them itself at its first start; known beforehand, the start is quick and needs no network.
"""

import json
from pathlib import Path

import homeassistant
from homeassistant.bootstrap import CORE_INTEGRATIONS, DEFAULT_INTEGRATIONS, STAGE_0_INTEGRATIONS
from homeassistant.util.yaml import load_yaml_dict

HERE = Path(__file__).parent
COMPONENTS = Path(homeassistant.__file__).parent / "components"
OURS = HERE.parents[1] / "custom_components" / "rion_nl43"
# Part of the start only where they are configured.
ONLY_WHERE_CONFIGURED = {"debugpy", "sentry", "zeroconf"}


def requirements(start: set[str]) -> set[str]:
    """Walk the manifests of these components and of all they depend on."""
    pending, seen, found = set(start), set[str](), set[str]()
    while pending:
        seen.add(name := pending.pop())
        manifest = json.loads((COMPONENTS / name / "manifest.json").read_text())
        found |= set(manifest.get("requirements", ()))
        pending |= set(manifest.get("dependencies", ())) - seen
    return found


def main() -> None:
    """Print one requirement on a line, those of the integration itself included."""
    configured = load_yaml_dict(str(HERE / "configuration.yaml"))
    loaded = CORE_INTEGRATIONS | DEFAULT_INTEGRATIONS | set(configured)
    for _, names, _ in STAGE_0_INTEGRATIONS:
        loaded |= names
    manifest = OURS / "manifest.json"
    ours = json.loads(manifest.read_text()) if manifest.exists() else {}
    loaded |= set(ours.get("dependencies", ()))
    needed = requirements(loaded - ONLY_WHERE_CONFIGURED) | set(ours.get("requirements", ()))
    print("\n".join(sorted(needed)))


if __name__ == "__main__":
    main()
