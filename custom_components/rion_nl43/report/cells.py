"""Cells of comma-separated values."""

from typing import Final

# A cell that begins with one of these is a formula to a spreadsheet, and names and notes are anybody's.
FORMULA_BEGINS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


def text_cell(text: str) -> str:
    """Return somebody's text as a cell that is never taken for a formula."""
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA_BEGINS) else text
