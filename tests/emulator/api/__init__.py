"""Tests of the emulator's HTTP API."""
