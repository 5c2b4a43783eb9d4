"""What is done with tickets and disputes: one verb a file."""
