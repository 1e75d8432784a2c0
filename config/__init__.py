"""The settings model and the shipped defaults."""
