"""What every other folder uses: errors, the console, child processes, disk errors, digests, counts and shipped files."""
