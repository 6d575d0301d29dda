"""Tests of what is kept of a meter's sound."""
