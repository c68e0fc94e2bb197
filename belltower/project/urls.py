# SPDX-License-Identifier: Apache-2.0
"""Every address of the people's door."""

from django.urls import include, path

from belltower.project.health import live

urlpatterns = [
    path("health/live", live),
    path("", include("belltower.screens.api.urls")),
    path("", include("belltower.screens.console.urls")),
]

handler404 = "belltower.screens.console.refusals.not_found"
handler500 = "belltower.screens.console.refusals.failed"
