"""Fuzzing: hostile input for every part that reads what others wrote. ``docs/explanation/fuzz.md`` describes it."""
