"""The forms of a row, and the conversion of a row to messages and back.

`detect` finds the form of a source's rows, `read` turns a row into a conversation, `write` a conversation into a row.
They share `turns` (how forms name turns and roles) and `values` (the text of a field).
"""
