"""Reads from a repository's own files how it is set up and checked: one file an ecosystem."""
