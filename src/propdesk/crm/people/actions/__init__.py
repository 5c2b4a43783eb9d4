"""What can be done with persons, one verb in one file."""
