# SPDX-License-Identifier: Apache-2.0
"""Every address of the people's door."""

from django.urls import include, path

from belltower.project.health import live, measurements, ready

urlpatterns = [
    path("health/live", live, name="health_live"),
    path("healthz", live, name="healthz"),
    path("readyz", ready, name="readyz"),
    path("metrics", measurements, name="metrics"),
    path("", include("belltower.screens.api.urls")),
    path("public/", include("belltower.screens.public.urls")),
    path("field/", include("belltower.screens.field.urls")),
    path("open311/v2/", include("belltower.edges.open311.urls")),
    path("", include("belltower.screens.console.urls")),
]

handler404 = "belltower.screens.console.refusals.not_found"
handler500 = "belltower.screens.console.refusals.failed"
