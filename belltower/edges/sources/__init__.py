# SPDX-License-Identifier: Apache-2.0
"""Sources of readings: mapping, bridge and lock that the protocols share."""
