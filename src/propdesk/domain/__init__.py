"""The business in plain Python: money, clocks, accounts, rules and verdicts.

It imports the standard library only, reads no clock, no file and no network, and no binary
float decides anything in it.
"""
