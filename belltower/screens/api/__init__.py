# SPDX-License-Identifier: Apache-2.0
"""The JSON API under /api/v1, for machines and scripts; its pages are in OpenAPI at /api/docs."""
