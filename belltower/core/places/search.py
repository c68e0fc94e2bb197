# SPDX-License-Identifier: Apache-2.0
"""Finds areas, parties and assets by code, name or pinyin."""

from belltower.core.places.words import words_for, words_many

__all__ = ["words_for", "words_many"]
