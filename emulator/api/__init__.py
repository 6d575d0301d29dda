"""The emulator over HTTP: what an operator, a test or a page can see and do. JSON, and nothing leaves the host."""

from .server import ApiServer

__all__ = ["ApiServer"]
