"""A language model behind an OpenAI-compatible endpoint, which is asked and paid for once.

`client` sends requests and keeps the replies on disk. The judge and the ratings ask through it.
"""
