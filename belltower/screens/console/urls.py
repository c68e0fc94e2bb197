# SPDX-License-Identifier: Apache-2.0
"""The console's addresses. Filters live in the query string, so any view can be sent to a colleague."""

from django.urls import path

from belltower.screens.console.views import home, session

app_name = "console"
urlpatterns = [
    path("", home.home, name="home"),
    path("sign-in/", session.sign_in, name="sign_in"),
    path("sign-out/", session.sign_out, name="sign_out"),
    path("language/", session.choose_language, name="language"),
    path("map/", home.coming, name="map"),
    path("search/", home.coming, name="search"),
    path("assets/", home.coming, name="assets"),
    path("areas/", home.coming, name="areas"),
    path("loads/", home.coming, name="loads"),
    path("jobs/", home.coming, name="jobs"),
    path("packs/", home.coming, name="packs"),
]
