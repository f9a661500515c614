"""The selection is compared with honest controls."""
