#!/bin/sh
# Runs once, when the database volume is new: the owner migrates, the application only reads and writes rows.
set -eu
psql --set=ON_ERROR_STOP=1 --username="$POSTGRES_USER" --set=owner="$NRM_OWNER_PASSWORD" --set=app="$NRM_APP_PASSWORD" <<'SQL'
CREATE ROLE nrm_owner LOGIN NOSUPERUSER NOCREATEROLE PASSWORD :'owner';
CREATE ROLE nrm_app LOGIN NOSUPERUSER NOCREATEROLE NOBYPASSRLS PASSWORD :'app';
CREATE DATABASE nrm OWNER nrm_owner LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LC_CTYPE 'C.UTF-8' LC_COLLATE 'C' TEMPLATE template0;
REVOKE ALL ON DATABASE nrm FROM PUBLIC;
GRANT CONNECT ON DATABASE nrm TO nrm_app;
SQL
