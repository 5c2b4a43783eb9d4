"""How the engine says that a record cannot be applied."""


class Refused(ValueError):
    """A record cannot be applied; the account it is of is not judged by it."""
