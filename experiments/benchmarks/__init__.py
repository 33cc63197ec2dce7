"""Benchmarks: `make bench`. Performance is measured here and never in a test."""
