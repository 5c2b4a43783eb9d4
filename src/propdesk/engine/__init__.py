"""Judges every open account on every tick, as a deterministic function of the event log.

It must not read a clock, fetch anything or write anywhere but to the event log.
"""
