"""Every example is scored once with every indicator."""
