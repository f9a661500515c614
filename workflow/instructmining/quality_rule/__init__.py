"""The quality rule is fitted to the observations."""
