# SPDX-License-Identifier: Apache-2.0
"""The language of predicates: read, checked, judged in Python, and written as SQL of three engines."""
