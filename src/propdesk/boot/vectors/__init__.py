"""Runs published worked examples through the public evaluator and the rules' own functions.

A translator renames what a page gives and builds a rulebook fragment and events. It does no
arithmetic on the answer and knows no example, programme or address by name.
"""
