# SPDX-License-Identifier: Apache-2.0
"""The JSON API under /api/v1: what the console shows, for machines."""
