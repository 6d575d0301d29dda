"""Benchmarks: each prints a table and says whether the promises held."""
