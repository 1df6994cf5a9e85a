"""The pages of the doors, of one's own account, and of the administration."""
