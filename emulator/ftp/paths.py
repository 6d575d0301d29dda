"""Paths as a client writes them, and what is there."""

from emulator.card.files import CardFiles, Entry


def resolved(folder: str, path: str) -> str:
    """Return the absolute path that a client in this folder means; nothing is above the root."""
    parts: list[str] = []
    for part in (path if path.startswith("/") else f"{folder}/{path}").split("/"):
        if part == "..":
            del parts[-1:]
        elif part not in {"", "."}:
            parts.append(part)
    return "/" + "/".join(parts)


def parent_of(path: str) -> str:
    """Return the folder that holds a path; the root holds itself."""
    return path.rpartition("/")[0] or "/"


def find(files: CardFiles, path: str) -> Entry | None:
    """Return the entry of a path, None for the root; FileNotFoundError if there is none."""
    if path == "/":
        return None
    # In any case, as on a FAT file system.
    name = path.rpartition("/")[2].lower()
    try:
        return next(entry for entry in files.entries(parent_of(path)) if entry.name.lower() == name)
    except (StopIteration, NotADirectoryError):
        raise FileNotFoundError(path) from None
