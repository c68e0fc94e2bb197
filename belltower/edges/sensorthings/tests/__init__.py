# SPDX-License-Identifier: Apache-2.0
"""Tests of the parts of SensorThings that need no database."""
