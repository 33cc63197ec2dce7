"""Findings of the past to which nothing was fitted, held against the model."""
