"""About the run itself: what it leaves behind."""
