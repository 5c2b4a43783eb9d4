"""A payment provider for demonstrations and tests: it moves no money and is the same every time.

It must not be reachable where the firm has not switched it on.
"""
