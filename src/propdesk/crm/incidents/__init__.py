"""Incidents: what went wrong for many accounts at once, whom it concerned, what was done about it.

It must not judge: what the engine said stays said, and money moves only by commands.
"""
