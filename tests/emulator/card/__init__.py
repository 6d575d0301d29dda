"""Tests of the SD card."""
