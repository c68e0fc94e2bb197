# SPDX-License-Identifier: Apache-2.0
"""Standards learnt: pocket books of one's own part, exams that are set, sat and marked, certificates, and what they show."""
