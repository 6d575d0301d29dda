"""Tests of the FTP server."""
