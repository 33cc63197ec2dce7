"""Calibration: which sets of parameters are plausible, given what England did.

settings     how large a calibration is, read from a file
space        every uncertain parameter, from a unit cube to its value under a structural variant
waves        runs of a design reduced to targets, kept on disk so that a broken calibration goes on
screen       which parameters move any target
emulator     targets from parameters without running the model
plausible    implausibility of a set, and sets that are not ruled out
trial        known parameters are recovered from synthetic truth
narrowing    what was learnt of each parameter
calibrate    the whole, in order
"""
