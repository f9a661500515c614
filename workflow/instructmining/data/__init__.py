"""Sources are imported, cleaned and split into pools and eval sets."""
