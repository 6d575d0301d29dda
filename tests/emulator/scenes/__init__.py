"""Tests of scene files, and of what meters make of scenes."""
