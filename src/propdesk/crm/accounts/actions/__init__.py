"""What can be done with an account: one verb, one file."""
