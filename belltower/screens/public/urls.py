# SPDX-License-Identifier: Apache-2.0
"""The public addresses. A tracking code stands in some of them: they are never logged, cached or told to other sites."""

from django.urls import path

from belltower.screens.public.views import (
    home,
    nearby,
    open_data,
    reporting,
    stations,
    subscribing,
    tracking,
    verifying,
)

app_name = "public"
urlpatterns = [
    path("", home.show, name="home"),
    path("report/", reporting.report, name="report"),
    path("report/near/", reporting.near, name="near"),
    path("cases/<slug:number>/", nearby.one, name="case"),
    path("cases/<slug:number>/follow/", reporting.follow, name="follow"),
    path("track/", tracking.track, name="track"),
    path("r/<str:code>/", tracking.show, name="tracked"),
    path("r/<str:code>/receipt/", tracking.receipt, name="tracked_receipt"),
    path("r/<str:code>/receipt.json", tracking.proof, name="tracked_proof"),
    path("r/<str:code>/<slug:what>/", tracking.do, name="tracked_do"),
    path("nearby/", nearby.show, name="nearby"),
    path("nearby/marks.geojson", nearby.marks, name="nearby_marks"),
    path("stations/", stations.show, name="stations"),
    path("stations/list/", stations.listed, name="stations_list"),
    path("stations/poster/", stations.poster, name="stations_poster"),
    path("map/", nearby.map_settings, name="map"),
    path("tiles/assets/<int:zoom>/<int:x>/<int:y>.mvt", nearby.tile, name="tile"),
    path("tiles/areas/<int:zoom>/<int:x>/<int:y>.mvt", nearby.area_tile, name="area_tile"),
    path("data/", open_data.show, name="data"),
    path("data.csv", open_data.as_csv, name="data_csv"),
    path("data.geojson", open_data.as_geojson, name="data_geojson"),
    path("data.json", open_data.as_json, name="data_json"),
    path("feed.atom", open_data.feed, name="feed"),
    path("subscribe/", subscribing.subscribe, name="subscribe"),
    path("subscribe/confirm/<str:token>/", subscribing.confirm, name="subscribe_confirm"),
    path("subscribe/stop/<str:token>/", subscribing.stop, name="subscribe_stop"),
    path("verify/", verifying.show, name="verify"),
]
