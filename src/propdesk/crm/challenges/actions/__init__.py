"""What can be done with an enrolment: one verb, one file."""
