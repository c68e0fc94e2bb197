# SPDX-License-Identifier: Apache-2.0
"""Ledger: every write is an entry of a log that nobody can rewrite unseen; and events, told in the same transaction."""
