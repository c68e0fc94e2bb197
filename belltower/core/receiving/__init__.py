# SPDX-License-Identifier: Apache-2.0
"""Residents at the door: what they report, how they follow it, and what everybody may read of a case."""
