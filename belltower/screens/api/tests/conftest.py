# SPDX-License-Identifier: Apache-2.0
"""The scene of these tests."""

from belltower.screens.api.tests.scene import as_token, bureau, li, street

__all__ = ["as_token", "bureau", "li", "street"]
