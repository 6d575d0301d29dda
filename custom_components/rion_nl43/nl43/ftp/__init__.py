"""The meter's FTP server: whether it lives, whether a login is accepted, what is on the card, and how to get it."""

from .client import FtpClient, FtpTimeouts
from .errors import (
    FtpDataBlocked,
    FtpFileRefused,
    FtpLost,
    FtpModeRefused,
    FtpPortsTaken,
    FtpTooLarge,
    FtpUnusable,
    UnsafeName,
)
from .fetch import FolderBounds, FolderFetched, fetch_file, fetch_folder
from .listing import Entry, parse_listing
from .login import DEFAULT_FTP_PORT, check_login, greets
from .paths import safe_path
from .session import FtpSession

__all__ = [
    "DEFAULT_FTP_PORT",
    "Entry",
    "FolderBounds",
    "FolderFetched",
    "FtpClient",
    "FtpDataBlocked",
    "FtpFileRefused",
    "FtpLost",
    "FtpModeRefused",
    "FtpPortsTaken",
    "FtpSession",
    "FtpTimeouts",
    "FtpTooLarge",
    "FtpUnusable",
    "UnsafeName",
    "check_login",
    "fetch_file",
    "fetch_folder",
    "greets",
    "parse_listing",
    "safe_path",
]
