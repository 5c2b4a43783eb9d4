"""What can be done with orders and payments, one verb in one file."""
