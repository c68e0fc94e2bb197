# SPDX-License-Identifier: Apache-2.0
"""Every address of the people's door."""

from django.urls import include, path

urlpatterns = [path("", include("belltower.screens.console.urls"))]
