"""The WSGI entry point. It never starts a database server."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from nrm.access.rows import refuse_a_role_that_sees_everything
from nrm.web.limits import limit_statements

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nrm.settings")
os.environ.setdefault("NRM_LOCALDB", "off")
application = get_wsgi_application()
limit_statements()
if settings.IN_PRODUCTION:
    refuse_a_role_that_sees_everything()
