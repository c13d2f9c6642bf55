"""What every other part stands on: errors, the console, child processes, disk errors, digests, shipped files."""
