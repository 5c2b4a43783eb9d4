"""``/api/v1``: what the pages do, for programs. The same actions, permissions and masks.

It must not write a model, nor decide what may be done; actions do.
"""
