# SPDX-License-Identifier: Apache-2.0
"""Observations (观测): what the city's senses report, stored before it is acknowledged, and counted."""
