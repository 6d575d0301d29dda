"""Print the requirements of the Home Assistant components that the demo loads.

Home Assistant would install them itself at its first start; known beforehand, the start is quick and needs no network.
"""

import json
from pathlib import Path

import homeassistant

COMPONENTS = {
    "analytics",
    "application_credentials",
    "automation",
    "backup",
    "blueprint",
    "config",
    "default_config",
    "diagnostics",
    "frontend",
    "history",
    "homeassistant_alerts",
    "logbook",
    "media_source",
    "my",
    "person",
    "recorder",
    "repairs",
    "schedule",
    "script",
    "system_health",
    "zone",
}


def main() -> None:
    """Walk the manifests, dependencies included."""
    components = Path(homeassistant.__file__).parent / "components"
    pending, seen, requirements = set(COMPONENTS) - {"default_config"}, set(), set()
    while pending:
        seen.add(name := pending.pop())
        manifest = json.loads((components / name / "manifest.json").read_text())
        requirements |= set(manifest.get("requirements", ()))
        pending |= set(manifest.get("dependencies", ())) - seen
    print("\n".join(sorted(requirements)))


if __name__ == "__main__":
    main()
