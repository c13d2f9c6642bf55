"""What every other folder uses: errors, the console, child processes, disk errors, digests and shipped files."""
