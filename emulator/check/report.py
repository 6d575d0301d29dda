"""Reports: files with a redacted record, its findings and its differences to the emulator."""

from collections.abc import Sequence
from datetime import datetime
import json
import os
from pathlib import Path
import tempfile
from typing import Any, get_args

import voluptuous as vol

from .errors import Ending, ReportError
from .findings import Finding
from .record import Exchange, Piece, Record, redacted

FORMAT = "nl43-check"
VERSION = 1
_LONGEST_BYTES = 50_000_000
_BYTES = vol.All(str, vol.Length(max=100_000), vol.Match(r"(?s)\A[\x00-\xff]*\Z", msg="expected bytes as characters"))
_TIME = vol.All(vol.Any(int, float), vol.Range(min=0, max=1e6))
_PIECES = [vol.ExactSequence([_TIME, _BYTES])]


def _moment(value: Any) -> datetime:
    try:
        return datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise vol.Invalid("expected date and time") from None


_EXCHANGE = {
    vol.Required("sent"): _BYTES,
    vol.Required("at"): _TIME,
    vol.Required("received"): _PIECES,
    vol.Required("sub_at"): vol.Any(None, _TIME),
}
_SCHEMA = vol.Schema(
    {
        vol.Required("format"): FORMAT,
        vol.Required("version"): VERSION,
        vol.Required("began"): _moment,
        vol.Required("ended"): vol.In(get_args(Ending.__value__)),
        vol.Required("greeting"): _PIECES,
        vol.Required("exchanges"): vol.All([_EXCHANGE], vol.Length(min=1, max=10_000)),
        # What people read of it can be made anew from the rest.
        vol.Optional("findings"): list,
        vol.Optional("differences"): list,
    }
)


def write_report(path: Path, record: Record, findings: Sequence[Finding], differences: Sequence[str]) -> None:
    """Write a report without what tells whose meter it is: all of it or nothing. OSError if that cannot be."""
    text = json.dumps(_as_json(redacted(record), findings, differences), indent=1) + "\n"
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except OSError:
        Path(name).unlink()
        raise


def read_report(path: Path) -> Record:
    """Read the record of a report; ReportError says in words what is wrong with the file."""
    try:
        if path.stat().st_size > _LONGEST_BYTES:
            raise ReportError(f"{path} is too long for a report")
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ReportError(f"{path} cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError):
        raise ReportError(f"{path} is not a report: it is no JSON") from None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise ReportError(f"{path} is not a report of a check")
    if content.get("version") != VERSION:
        raise ReportError(f"{path} is a report of another version of this program")
    try:
        return _record(_SCHEMA(content))
    except vol.Invalid as error:
        first = error.errors[0] if isinstance(error, vol.MultipleInvalid) else error
        where = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in first.path).removeprefix(".")
        raise ReportError(f"{path} is a damaged report: {first.msg} at {where}") from None


def _as_json(record: Record, findings: Sequence[Finding], differences: Sequence[str]) -> dict[str, object]:
    return {
        "format": FORMAT,
        "version": VERSION,
        "began": record.began.isoformat(),
        "ended": record.ended,
        "findings": [
            {"question": finding.question, "answer": finding.answer, "detail": finding.detail} for finding in findings
        ],
        "differences": list(differences),
        "greeting": _pieces(record.greeting),
        "exchanges": [
            {
                "sent": exchange.line,
                "at": exchange.at,
                "received": _pieces(exchange.received),
                "sub_at": exchange.sub_at,
            }
            for exchange in record.exchanges
        ],
    }


def _pieces(pieces: Sequence[Piece]) -> list[list[object]]:
    return [[piece.at, piece.data.decode("latin-1")] for piece in pieces]


def _record(content: dict[str, Any]) -> Record:
    exchanges = [
        Exchange(exchange["sent"].encode("latin-1"), exchange["at"], _read(exchange["received"]), exchange["sub_at"])
        for exchange in content["exchanges"]
    ]
    return Record(content["began"], _read(content["greeting"]), exchanges, content["ended"])


def _read(pieces: list[list[Any]]) -> list[Piece]:
    return [Piece(at, data.encode("latin-1")) for at, data in pieces]
