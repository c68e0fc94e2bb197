# SPDX-License-Identifier: Apache-2.0
"""Excavation. The manifest is in pack.py."""
