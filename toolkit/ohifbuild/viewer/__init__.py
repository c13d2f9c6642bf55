"""From a base viewer to a finished dist: leave out, minify, inject, configure, compress, write the manifest."""
