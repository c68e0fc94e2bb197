# SPDX-License-Identifier: Apache-2.0
"""The addresses of GeoReport v2, each as .json and .xml. Tokens stand in some of them: they are never logged or cached."""

from django.urls import path

from belltower.edges.open311 import views

app_name = "open311"
_ADDRESSES = (
    ("services", "services", views.services),
    ("services/<slug:code>", "service", views.service),
    ("tokens/<str:code>", "token", views.token),
    ("requests", "requests", views.requests),
    ("requests/<slug:number>", "request", views.one),
)
urlpatterns = [
    path(f"{address}.{form}", view, {"form": form}, name=f"{name}_{form}")
    for address, name, view in _ADDRESSES
    for form in ("json", "xml")
]
