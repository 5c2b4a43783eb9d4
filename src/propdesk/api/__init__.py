"""The HTTP interface for machines, described by OpenAPI.

It must not hold logic of its own: it calls the same actions as the pages.
"""
