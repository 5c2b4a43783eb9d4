"""Certificates: what somebody achieved, issued once, verified by anybody who has its address.

It must not say that something was achieved: the log said it, and a certificate repeats it.
"""
