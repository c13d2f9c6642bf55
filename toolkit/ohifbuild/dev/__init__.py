"""``ohifbuild dev``: a served viewer that is built again when a source file is saved, and pages that load it again."""
