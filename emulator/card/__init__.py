"""The SD card: its files in memory, written as a measurement runs and read as bytes. It knows no FTP."""

from .card import MEGABYTE, Card
from .files import CardFiles, CardFullError, Entry
from .form import StoreFormat, ms_of
from .screen import picture
from .store import LP_INTERVALS_MS, AutoStore
from .writers import Desk, Order

__all__ = [
    "LP_INTERVALS_MS",
    "MEGABYTE",
    "AutoStore",
    "Card",
    "CardFiles",
    "CardFullError",
    "Desk",
    "Entry",
    "Order",
    "StoreFormat",
    "ms_of",
    "picture",
]
