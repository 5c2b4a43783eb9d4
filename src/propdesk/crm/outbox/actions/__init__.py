"""What can be done with the outbox, one verb in one file."""
