"""What is asked when a case is opened, when indicators are answered, and when the status changes."""
