"""Uptake of 2015: intercepts fitted to the applications of January 2015, everything else held out and checked."""
