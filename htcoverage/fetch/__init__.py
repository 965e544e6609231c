"""Open data from the internet."""
