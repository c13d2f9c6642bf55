"""Which OHIF releases there are: pins as data, channels, and version ranges."""
