"""Base models: where they lie, how a conversation is written for them, and how they are loaded."""
