"""The rows of files and of data sets on the hub, whatever form they are in.

`read_rows` reads a file, `hub` a data set of the Hugging Face hub.
"""
