"""Names from the meter's card as names on this computer: checked before they are used."""

from pathlib import PurePosixPath

from .errors import UnsafeName

# Of every file system that counts, in bytes; room is left for what a program puts before or behind a name.
LONGEST_NAME = 200
LONGEST_PATH = 1000
# Backup copies go to Windows, where these are no letters of a name and those are devices, whatever follows the dot.
FORBIDDEN = frozenset('/\\<>:"|?*')
_NUMBERED = "0123456789¹²³"
RESERVED = frozenset(
    {"CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", *(f"{name}{n}" for name in ("COM", "LPT") for n in _NUMBERED)}
)


def safe_path(*names: str) -> PurePosixPath:
    """Return the relative path of these names, from the outer folder to the inner; UnsafeName."""
    if not names:
        raise UnsafeName("no name at all")
    for name in names:
        if trouble := _trouble(name):
            raise UnsafeName(f"{name[:LONGEST_NAME]!a} cannot be a name here: {trouble}")
    path = PurePosixPath(*names)
    if len(str(path).encode()) > LONGEST_PATH:
        raise UnsafeName(f"the path of {names[-1]!a} is too long")
    return path


def _trouble(name: str) -> str | None:
    checks = (
        ("it names no file", name in {"", ".", ".."}),
        ("a character that cannot be printed", not name.isprintable()),
        ("a character that separates folders, or means something to Windows", not FORBIDDEN.isdisjoint(name)),
        ("a space or a dot at its end", name.endswith((" ", "."))),
        ("it is that of a device", name.partition(".")[0].rstrip().upper() in RESERVED),
        ("too long", len(name.encode(errors="surrogatepass")) > LONGEST_NAME),
    )
    return next((words for words, found in checks if found), None)
