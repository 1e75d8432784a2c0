"""Decisions: values in, values out. No clock, disk, network or randomness; they come in as arguments."""
