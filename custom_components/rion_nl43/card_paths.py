"""Paths on a meter's card, as people, addresses and actions name them, and what kinds of files there are."""

from datetime import UTC, datetime, timedelta
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import quote

from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .monitor import MeterCard
from .nl43.ftp import Entry, FtpFileRefused, FtpSession, safe_path

FILE_URL: Final = f"/api/{DOMAIN}/card/{{serial}}/{{path:.+}}"
# Whatever is not here is bytes: a browser must never take anything from a card for a page.
MEDIA_TYPES: Final = {".bmp": "image/bmp", ".wav": "audio/wav", ".rnd": "text/csv", ".rnh": "text/csv"}
OTHER: Final = "application/octet-stream"
# These a browser may show in its own place; the others are offered to be saved.
SHOWN: Final = ("image/", "audio/")


def names_of(path: str) -> tuple[str, ...]:
    """Return the names in a path from the outermost folder on, none for the card itself; UnsafeName."""
    trimmed = path.strip("/")
    return safe_path(*trimmed.split("/")).parts if trimmed else ()


def on_card(names: tuple[str, ...]) -> str:
    """Return the path that the meter understands."""
    return "/" + "/".join(names)


async def entry_at(session: FtpSession, path: str, now: datetime) -> Entry:
    """Return what is at a path below the card's own folder; `now` by the meter's clock. FtpFileRefused, as `list`."""
    folder, _, name = path.rpartition("/")
    entries = await session.list(folder or "/", now)
    found = next((entry for entry in entries if entry.name == name), None)
    if found is None:
        raise FtpFileRefused(f"{path!a} is not on the card")
    return found


def media_type(name: str) -> str:
    """Return the content type of a file, by its name."""
    return MEDIA_TYPES.get(PurePosixPath(name).suffix.lower(), OTHER)


def is_picture(name: str) -> bool:
    """Whether a browser can show a file as a picture."""
    return media_type(name).startswith("image/")


def file_url(serial: str, names: tuple[str, ...]) -> str:
    """Return the address of a file, not signed."""
    return f"/api/{DOMAIN}/card/{quote(serial, safe='')}/{'/'.join(quote(name, safe='') for name in names)}"


def local_time(card: MeterCard, entry: Entry) -> datetime:
    """Return when a file was written, in Home Assistant's zone; the meter lists its own time, to the minute."""
    ahead = card.now() - datetime.now(UTC).replace(tzinfo=None)
    moment = entry.modified - ahead + timedelta(seconds=30)
    return dt_util.as_local(moment.replace(second=0, microsecond=0, tzinfo=UTC))
