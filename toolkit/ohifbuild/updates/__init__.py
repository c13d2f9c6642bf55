"""For maintainers: finds OHIF's new releases, tries them, and writes them to the catalogue."""
