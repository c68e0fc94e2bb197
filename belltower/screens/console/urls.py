# SPDX-License-Identifier: Apache-2.0
"""The console's addresses. Filters live in the query string, so any view can be sent to a colleague."""

from django.urls import path

from belltower.screens.console.views import (
    areas,
    asset,
    assets,
    exports,
    files,
    home,
    jobs,
    loads,
    map,
    packs,
    saved,
    search,
    session,
    tiles,
)

app_name = "console"
urlpatterns = [
    path("", home.home, name="home"),
    path("sign-in/", session.sign_in, name="sign_in"),
    path("sign-out/", session.sign_out, name="sign_out"),
    path("language/", session.choose_language, name="language"),
    path("map/", map.show, name="map"),
    path("map/found/", map.found, name="map_found"),
    path("map/small/", map.small, name="map_small"),
    path("map/assets/<uuid:uid>/", map.selected, name="map_selected"),
    path("tiles/assets/<int:zoom>/<int:x>/<int:y>.mvt", tiles.assets, name="tile"),
    path("tiles/areas/<int:zoom>/<int:x>/<int:y>.mvt", tiles.areas, name="area_tile"),
    path("search/", search.show, name="search"),
    path("assets/", assets.show, name="assets"),
    path("assets/export/<slug:form>/", exports.send, name="assets_export"),
    path("assets/views/", saved.save, name="save_view"),
    path("assets/views/<uuid:uid>/forget/", saved.forget, name="forget_view"),
    path("assets/<uuid:uid>/", asset.show, name="asset"),
    path("assets/<uuid:uid>/edit/", asset.edit, name="asset_edit"),
    path("assets/<uuid:uid>/files/", files.strip, name="asset_files"),
    path("assets/<uuid:uid>/files/put/", files.put, name="asset_files_put"),
    path("assets/<uuid:uid>/files/<uuid:file>/retire/", files.retire, name="asset_file_retire"),
    path("areas/", areas.tree, name="areas"),
    path("areas/<slug:code>/", areas.show, name="area"),
    path("areas/<slug:code>/below/", areas.below, name="areas_below"),
    path("loads/", loads.show_all, name="loads"),
    path("loads/<uuid:uid>/", loads.show, name="load"),
    path("loads/<uuid:uid>/progress/", loads.progress, name="load_progress"),
    path("loads/<uuid:uid>/aside/", loads.aside, name="load_aside"),
    path("jobs/", jobs.show_all, name="jobs"),
    path("jobs/<uuid:uid>/", jobs.show, name="job"),
    path("jobs/<uuid:uid>/stop/", jobs.stop, name="job_stop"),
    path("jobs/<uuid:uid>/retry/", jobs.try_again, name="job_retry"),
    path("packs/", packs.show, name="packs"),
]
