# SPDX-License-Identifier: Apache-2.0
"""Open311 GeoReport v2: services, requests and tokens, for the programs with which residents report already."""
