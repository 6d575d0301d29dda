"""Tools to set up, check and show the project."""
