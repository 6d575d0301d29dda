"""Tests of what runs for each meter day and night."""
