"""Subsets are drawn from the candidates."""
