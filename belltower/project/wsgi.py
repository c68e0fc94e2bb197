# SPDX-License-Identifier: Apache-2.0
"""The people's door as granian loads it."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "belltower.project.settings")
application = get_wsgi_application()
