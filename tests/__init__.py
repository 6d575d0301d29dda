"""Tests of the integration and of the emulator."""
