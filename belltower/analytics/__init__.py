# SPDX-License-Identifier: Apache-2.0
"""Judgement on data: arrays in, arrays out. No Django, no database."""
