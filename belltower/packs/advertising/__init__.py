# SPDX-License-Identifier: Apache-2.0
"""Advertising and signs. The manifest is in pack.py."""
