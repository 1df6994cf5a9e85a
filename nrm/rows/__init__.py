"""The policies of row-level security: which rows the database itself shows to whom. `tables.py` is the whole list."""
