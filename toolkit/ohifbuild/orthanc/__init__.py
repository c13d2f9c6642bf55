"""A real Orthanc for verify, and the scripts with which an Orthanc enforces tokens."""
