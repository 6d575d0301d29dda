"""News in words, for the traces of automations."""

from collections.abc import Mapping
from typing import Final

from .alerts import EndReason, TransitionKind
from .news import News, NewsKind

HAPPENED: Final[Mapping[NewsKind, str]] = {
    NewsKind.MEASUREMENT_STARTED: "measurement started",
    NewsKind.MEASUREMENT_STOPPED: "measurement stopped",
    NewsKind.MEASUREMENT_INTERRUPTED: "measurement interrupted",
    NewsKind.METER_LOST: "meter lost",
    NewsKind.METER_BACK: "meter back",
}
BECAME: Final[Mapping[TransitionKind, str]] = {
    TransitionKind.ONSET: "raised",
    TransitionKind.ESCALATED: "escalated",
    TransitionKind.RELAXED: "relaxed",
    TransitionKind.CLEARED: "cleared",
    TransitionKind.ACKNOWLEDGED: "acknowledged",
    TransitionKind.REOPENED: "reopened",
    TransitionKind.NO_DATA: "without data",
}


def news_text(news: News) -> str:
    """Return what happened, where: `Main road: alert “Night” raised (alarm, 72.3 dB)`."""
    data = news.data
    if news.transition is None:
        why = f" ({data['reason']})" if data.get("reason") else ""
        return f"{data['meter']}: {HAPPENED[news.kind]}{why}"
    episode = news.transition.episode
    about = [episode.grade.word] if episode.open else []
    if episode.end_reason not in (None, EndReason.CLEARED):
        about.append(str(episode.end_reason).replace("_", " "))
    if data["level"] is not None:
        about.append(f"{data['level']:.1f} dB")
    how = f" ({', '.join(about)})" if about else ""
    return f"{data['meter']}: alert “{data['rule']}” {BECAME[news.transition.kind]}{how}"
