"""Readers of published NHS files, one module a file format; every mistake in a file is one InputError line."""
