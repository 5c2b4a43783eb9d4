"""What the houses ask of the outside, as Protocols, with the fakes that inherit them.

It must not implement anything that reaches a network, a disk or a database.
"""
