# SPDX-License-Identifier: Apache-2.0
"""What the API's addresses are called, for who counts or guards them without loading its operations."""

NAMESPACE = "api"
SEARCHES = ("api:find",)
"""Operations that look through everything."""
