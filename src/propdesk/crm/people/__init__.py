"""Who deals with the firm: persons, what they may do, what they agreed to, when they came.

It must not know what anybody bought or traded; only here is it written who an id is.
"""
