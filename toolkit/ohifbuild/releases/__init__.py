"""The OHIF releases that ohifbuild knows: pins as data, channels, and version ranges."""
