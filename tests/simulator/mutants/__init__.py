"""Planted faults, at least one for each of the sixteen: a simulator that misses one is blind."""
