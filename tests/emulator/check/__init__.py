"""Tests of the check of real meters."""
