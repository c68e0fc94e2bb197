# SPDX-License-Identifier: Apache-2.0
"""The small city: one Django app a room. Higher rooms know lower ones only (see pyproject.toml)."""
