"""Tests of the emulator's sound."""
