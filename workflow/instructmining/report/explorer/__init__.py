"""The explorer: a static page on which the examples of a ranked pool are looked at.

`pool` and `ranking` write what it shows as files of `data_file`, `page` puts it together with the files that
`asset_files` lists.
"""
