"""Tests of levels over time."""
