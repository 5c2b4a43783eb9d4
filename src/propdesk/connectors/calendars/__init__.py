"""Economic calendars: files of releases, in every version that was received, as events of the log.

It must not judge: which version holds at the moment of a trade is the domain's business.
"""
