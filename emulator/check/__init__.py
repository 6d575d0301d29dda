"""Asks a real meter what is not known for certain of its kind, and lets an emulated one answer likewise."""

from .command_line import check_main, serve_report_main

__all__ = ["check_main", "serve_report_main"]
