"""The fibre network: spans as a graph that can be asked questions."""
