"""The market as feeds deliver it: which quotes are taken, when a symbol is silent, and the one
order in which quotes and events enter the log.

It must not judge an account.
"""
