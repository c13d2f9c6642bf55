"""``python -m ohifbuild``."""

from ohifbuild.cli import main

main()
