"""Enrolments: what a person bought, phase after phase, with the gates between them.

It must not judge: phases are passed and lost by the log alone.
"""
