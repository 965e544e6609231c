"""Propagation models, one file each, and the registry that lists them."""
