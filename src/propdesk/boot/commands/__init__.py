"""The commands of ``propdesk``, one file each: parse the words, call one main, print the result.

A command must not decide anything: what it prints was decided by what it calls.
"""
