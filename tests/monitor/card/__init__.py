"""Tests of what is done with the meter's card."""
