# SPDX-License-Identifier: Apache-2.0
"""The hazard ledger (隐患台账): sheets of hazards, graded by dated rules, each a case until somebody independent verified it."""
