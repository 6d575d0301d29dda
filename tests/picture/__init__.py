"""Tests of the pictures of episodes."""
