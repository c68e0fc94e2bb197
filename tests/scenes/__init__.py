# SPDX-License-Identifier: Apache-2.0
"""Scenes that tests play in: small pieces of a city, built through the same actions as everyone's."""
