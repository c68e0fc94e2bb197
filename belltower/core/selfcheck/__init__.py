# SPDX-License-Identifier: Apache-2.0
"""An enterprise holds its own assets against the clauses: what it says is kept as its own word, beside what the city finds."""
