"""Looks for abuse across accounts and reports findings with their factors.

It must not punish: a finding opens a case, and a person decides it.
"""
