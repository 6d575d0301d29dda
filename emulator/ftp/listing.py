"""The lines of LIST: nine columns, the name last."""

from datetime import datetime, timedelta

# Not from strftime: the meter's month names know no locale.
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
RECENT = timedelta(days=182)


def listing_line(name: str, *, is_folder: bool, size: int, modified: datetime, now: datetime) -> str:
    """Return one line without its end; `now` is the meter's local time."""
    kind, size = ("d", 0) if is_folder else ("-", size)
    return f"{kind}rwxrwxrwx 1 user group {size:8d} {listing_date(modified, now)} {name}"


def listing_date(modified: datetime, now: datetime) -> str:
    """Return `Mon DD HH:MM` for what is recent, `Mon DD YYYY` for what is old or yet to come.

    Within the half year that is recent no day comes twice, so that the year is known without being told.
    """
    recent = now - RECENT < modified <= now
    return f"{MONTHS[modified.month - 1]} {modified.day:02d} {modified:{'%H:%M' if recent else '%Y'}}"
