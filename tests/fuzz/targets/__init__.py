"""One module for each target: ``generate`` makes an input, ``checker`` gives the function that checks one."""
