"""Messages and files that cross the door: event files, rulebook files, results, evidence.

It parses and validates, all errors at once, into values of the domain; it must not judge.
"""
