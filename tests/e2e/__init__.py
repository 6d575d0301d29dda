"""Browser tests: real Home Assistant, emulated meters, a headless Chromium."""
