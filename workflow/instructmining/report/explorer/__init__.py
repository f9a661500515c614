"""The explorer: a static page on which the examples of a ranked pool are looked at."""
