"""The Irregular Terrain Model (Longley-Rice), point-to-point and area."""
