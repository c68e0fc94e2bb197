# SPDX-License-Identifier: Apache-2.0
"""Scripts, styles and fonts, served by ourselves; a front end built anew under a running server is served at once."""

from __future__ import annotations

import os
import re
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from whitenoise.middleware import WhiteNoiseMiddleware

# Vite's names hold a hash of what is in the file: such a file never changes.
_HASHED = re.compile(r"/built/assets/.*-[\w-]{8}\.\w+$")


class StaticFiles(WhiteNoiseMiddleware):  # type: ignore[misc]
    """WhiteNoise with one look at the disk a file: what was replaced, added or taken away since the start is seen."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        url = request.path_info
        if not url.startswith(self.static_prefix):
            return self.get_response(request)  # type: ignore[no-any-return]
        try:
            file = self._file(url)
            return self.get_response(request) if file is None else self.serve(file, request)  # type: ignore[no-any-return]
        except OSError:
            # It, or its compressed copy, went since our look: look once more, and if it is gone it is not there.
            self.files.pop(url, None)
            file = self._file(url)
            return self.get_response(request) if file is None else self.serve(file, request)  # type: ignore[no-any-return]

    def _file(self, url: str) -> Any:
        known = self.files.get(url)
        if known is None or self._has_changed(known):
            known = self.find_file(url)
            if known is None:
                self.files.pop(url, None)
            else:
                self.files[url] = known
        return known

    def get_static_file(self, path: str, url: str, stat_cache: Any = None) -> Any:
        file = super().get_static_file(path, url, stat_cache)
        file.belltower_seen = _state(path)
        file.belltower_path = path
        return file

    @staticmethod
    def _has_changed(file: Any) -> bool:
        return bool(_state(file.belltower_path) != file.belltower_seen)

    def immutable_file_test(self, path: str, url: str) -> bool:
        return bool(_HASHED.search(url))


def _state(path: str) -> tuple[int, int] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
