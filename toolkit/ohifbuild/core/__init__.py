"""What every other folder uses: errors, console, child processes, disk errors, digests, counts, shipped files."""
