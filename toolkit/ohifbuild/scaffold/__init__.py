"""New extension and mode packages, written from templates (`ohifbuild new`)."""
