"""Builder of the bundled reference province, from ``data/sources`` and a seed."""
