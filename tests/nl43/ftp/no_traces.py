"""Which sockets this process has open."""

from pathlib import Path


def open_sockets() -> set[str]:
    """Return the names that the system has for them."""
    found = set()
    for link in Path("/proc/self/fd").iterdir():
        try:
            name = str(link.readlink())
        except FileNotFoundError:
            continue  # that of the list itself
        if name.startswith("socket:"):
            found.add(name)
    return found


def half_files(folder: Path) -> list[Path]:
    """Return the files in a folder that were not finished."""
    return list(folder.rglob("*.part"))
