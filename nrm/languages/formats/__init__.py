"""Dates, times and numbers of each language (`FORMAT_MODULE_PATH`). The typed day always comes before the month."""
