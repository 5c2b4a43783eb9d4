"""Keys by which programs act for a person: what each may do, until when, and what it was answered.

It must not hold a secret: a key is shown once, and its hash is kept.
"""
