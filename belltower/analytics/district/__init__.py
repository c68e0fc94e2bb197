# SPDX-License-Identifier: Apache-2.0
"""Leaks of a district: what flows in less what is metered, and the flow of its nights."""
