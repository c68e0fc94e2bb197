# SPDX-License-Identifier: Apache-2.0
"""Judgement on citizens' texts: what they are about, which are alike, where and when, what is hot. No Django, no files but a model's."""
