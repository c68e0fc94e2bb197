# SPDX-License-Identifier: Apache-2.0
"""The addresses of who works outside. Everything lies below one space, which is what the service worker looks after."""

from django.urls import path

from belltower.screens.field.views import acts, app, pictures, tasks

app_name = "field"
urlpatterns = [
    path("", tasks.show_all, name="tasks"),
    path("cases/<slug:case>/", tasks.show, name="task"),
    path("acts/", acts.acts, name="acts"),
    path("acts/<uuid:act>/aside/", acts.lay_aside, name="act_aside"),
    path("evidence/<uuid:evidence>/", pictures.whole, name="picture"),
    path("evidence/<uuid:evidence>/small/", pictures.small, name="picture_small"),
    path("state.json", app.state, name="state"),
    path("manifest.webmanifest", app.manifest, name="manifest"),
    path("worker.js", app.worker, name="worker"),
]
