"""Tests of the integration against the emulated meter."""
