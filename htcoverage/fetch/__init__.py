"""Open data from the internet: what a province needs, with its licence, cut to the area.

`sources` is the table of layers; `http` and `cache` bring files; `record` says where they are from.
"""
