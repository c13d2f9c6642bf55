"""Measures visits: two viewers on the same server, in pairs, over slow lines; tables, plots and profiles of them."""
