"""Serves a dist: its files, the headers that protect it, the archive behind it, and certificates."""
