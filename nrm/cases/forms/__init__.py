"""What is asked about a case."""
