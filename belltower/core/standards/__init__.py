# SPDX-License-Identifier: Apache-2.0
"""Standards as data: clauses that people read and the machine runs."""
