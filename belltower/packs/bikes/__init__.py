# SPDX-License-Identifier: Apache-2.0
"""Shared bikes. The manifest is in pack.py."""
