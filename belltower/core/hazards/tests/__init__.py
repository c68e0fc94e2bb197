# SPDX-License-Identifier: Apache-2.0
"""The hazard ledger, from a sheet to closure."""
