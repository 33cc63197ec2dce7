"""Makers of a starting England: synthetic from facts, or read from published NHS files."""
