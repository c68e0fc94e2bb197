# SPDX-License-Identifier: Apache-2.0
"""The console's addresses. Filters live in the query string, so any view can be sent to a colleague."""

from django.http import HttpResponse
from django.urls import path

app_name = "console"
urlpatterns = [path("", lambda request: HttpResponse("Belltower"), name="home")]
