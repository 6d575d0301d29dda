"""Tests of the faults that the emulator can play."""
