# SPDX-License-Identifier: Apache-2.0
"""The people's door as granian loads it."""

import os

from django.core.wsgi import get_wsgi_application

from belltower.project.processes import die_with_server

die_with_server()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "belltower.project.settings")
application = get_wsgi_application()
