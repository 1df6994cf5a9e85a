"""The WSGI entry point. It never starts a database server."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nrm.settings")
os.environ.setdefault("NRM_LOCALDB", "off")
application = get_wsgi_application()
