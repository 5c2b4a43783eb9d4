"""What can be done with the catalogue, one verb in one file."""
