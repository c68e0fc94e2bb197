# SPDX-License-Identifier: Apache-2.0
"""Poles and lighting. The manifest is in pack.py."""
