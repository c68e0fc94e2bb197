# SPDX-License-Identifier: Apache-2.0
"""Waste collection. The manifest is in pack.py."""
