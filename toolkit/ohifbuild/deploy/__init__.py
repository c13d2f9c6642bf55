"""Writes ready folders for the servers people run."""
