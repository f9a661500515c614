"""The rule ranks a pool, and the best examples are selected."""
