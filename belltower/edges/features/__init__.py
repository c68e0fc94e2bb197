# SPDX-License-Identifier: Apache-2.0
"""OGC API - Features: assets, areas, findings and cases for maps and geographic programs, read as each caller sees the rows."""
