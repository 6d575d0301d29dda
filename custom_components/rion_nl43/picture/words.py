"""What the picture says."""

from datetime import datetime, tzinfo
from typing import Final

from ..alerts import EndReason, Episode, Grade

GRADES: Final = {Grade.OK: "Over", Grade.WARNING: "Warning", Grade.ALARM: "Alarm"}
ENDS: Final = {
    EndReason.CLEARED: "cleared",
    EndReason.SCHEDULE_ENDED: "schedule over",
    EndReason.DISABLED: "switched off",
    EndReason.EDITED: "rule edited",
    EndReason.REMOVED: "rule removed",
    EndReason.MEASUREMENT_ENDED: "measurement over",
    EndReason.REACHABLE: "reachable again",
}


def clock(at: float, zone: tzinfo) -> str:
    """Return the time of the local clock."""
    return datetime.fromtimestamp(at, zone).strftime("%H:%M:%S")


def span(episode: Episode, zone: tzinfo) -> str:
    """Return when the episode was: its day, its onset and its end."""
    day = datetime.fromtimestamp(episode.onset, zone).strftime("%Y-%m-%d")
    if episode.ended is None:
        return f"{day}  since {clock(episode.onset, zone)}"
    return f"{day}  {clock(episode.onset, zone)} to {clock(episode.ended, zone)}  ({length(episode)})"


def length(episode: Episode) -> str:
    """Return how long the episode lasted, in the two largest units."""
    seconds = round((episode.ended or episode.onset) - episode.onset)
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86400
    if days:
        return f"{days} d {hours % 24} h"
    if hours:
        return f"{hours} h {minutes % 60} min"
    return f"{minutes} min {seconds % 60} s" if minutes else f"{seconds} s"


def figures(episode: Episode) -> str:
    """Return the figures of the episode that are known."""
    known = []
    if episode.peak_db is not None:
        known.append(f"Peak {episode.peak_db:.1f} dB")
    if episode.leq_db is not None:
        known.append(f"Leq {episode.leq_db:.1f} dB")
        known.append(f"coverage {episode.coverage_percent:.0f} %")
    if episode.overload:
        known.append("overload")
    return "   ".join(known)


def on_one_line(name: str) -> str:
    """Return a name without what would break its line."""
    return "".join(letter if letter.isprintable() else " " for letter in name)
