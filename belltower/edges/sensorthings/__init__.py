# SPDX-License-Identifier: Apache-2.0
"""OGC SensorThings API 1.1, the sensing profile: what Belltower observes, read and written in the standard's own words."""
