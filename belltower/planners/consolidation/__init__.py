# SPDX-License-Identifier: Apache-2.0
"""Pole consolidation (多杆合一): the poles of several owners onto fewer, proven group by group."""
