"""The economic calendar as the firm knows it: releases, their versions, and whom they concern.

It must not judge: what may not be done around a release is a rule's business, and the engine's.
"""
