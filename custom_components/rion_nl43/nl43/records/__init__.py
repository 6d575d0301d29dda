"""What a meter has stored on its card: contents of `.rnd` and `.rnh` files, and what names of files say.

Pure: bytes come in as they arrive from wherever, records go out. Protocol: sections 6.3 and 7.
"""

from .model import (
    Channel,
    Columns,
    Flag,
    FlagName,
    Layout,
    LevelName,
    Quantity,
    Record,
    RecordHeader,
    RecordKind,
    TornEnd,
)
from .names import StoredKind, StoredName, parse_name
from .reader import RecordReader
from .store_header import HeaderEntry, StoreHeader, read_store_header
from .unreadable import UnreadableFile

__all__ = [
    "Channel",
    "Columns",
    "Flag",
    "FlagName",
    "HeaderEntry",
    "Layout",
    "LevelName",
    "Quantity",
    "Record",
    "RecordHeader",
    "RecordKind",
    "RecordReader",
    "StoreHeader",
    "StoredKind",
    "StoredName",
    "TornEnd",
    "UnreadableFile",
    "parse_name",
    "read_store_header",
]
