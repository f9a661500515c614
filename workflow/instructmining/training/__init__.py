"""Base models are tuned on a subset or an arm, and their losses measured."""
