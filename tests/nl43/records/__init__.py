"""Tests of stored records, of headers, and of the names of files."""
