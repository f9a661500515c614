"""The forms of a row, and the conversion of a row to messages and back.

`detect` finds the form of a row, or says what is there instead; `read` turns a row into a conversation and says what of
it was not read, which `meaning` judges; `prompts` reads what comes before a response where a row has none, or several;
`write` turns a conversation into a row. They share `turns` (how forms name turns), `roles`, `calls` (tools and calls of
them) and `values` (the text of a field, and what a value is called).
"""
