"""What can be done with judgements, one verb in one file."""
