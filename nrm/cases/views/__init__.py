"""Pages of a case beyond the stage rooms."""
