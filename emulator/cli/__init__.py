"""The emulator's command line: `serve`, which runs meters, and `ctl`, which operates running ones."""
