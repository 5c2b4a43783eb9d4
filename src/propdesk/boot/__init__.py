"""Wires everything: settings, the command line and the mains of the processes.

It must not decide anything about the business.
"""
