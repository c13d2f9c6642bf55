"""Starts a real Orthanc for verify and demo, and holds the scripts with which Orthanc enforces tokens."""
