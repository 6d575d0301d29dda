"""Pictures of episodes for notices and dashboards. Pure: no Home Assistant; drawing takes some 0.1 s of a core."""

from .episode_picture import SIZE, draw_episode, draw_nothing

__all__ = ["SIZE", "draw_episode", "draw_nothing"]
