"""Django's PostgreSQL backend, started on the first connection."""
