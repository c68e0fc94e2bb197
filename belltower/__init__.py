# SPDX-License-Identifier: Apache-2.0
"""Belltower 钟鼓楼: a city-operations platform for an urban-management bureau."""

__version__ = "0.1.0"
