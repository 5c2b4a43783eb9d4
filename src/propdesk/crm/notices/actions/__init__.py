"""What can be done with notices, one verb in one file."""
