# SPDX-License-Identifier: Apache-2.0
"""The people's door as granian loads it."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "belltower.project.settings")
application = get_wsgi_application()
# Every page is imported now, before workers are forked: none is slow at its first visitor, and a page that cannot be
# imported is found at the start.
_ = get_resolver().url_patterns
