"""What can be done about incidents, one verb in one file."""
