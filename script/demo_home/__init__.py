"""A real Home Assistant with emulated meters, for people to look at and for the browser tests to click through."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOMAIN = "rion_nl43"


class DemoError(Exception):
    """The demo cannot go on; the message is for its user."""
