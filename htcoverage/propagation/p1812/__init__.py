"""ITU-R P.1812-8: path-specific prediction for point-to-area services, 30 MHz to 6 GHz."""
