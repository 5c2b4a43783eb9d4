"""What can be done with the ledger, one verb in one file."""
