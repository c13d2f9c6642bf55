"""The studies that verify shows: made here, the same bytes every time, of nobody."""
