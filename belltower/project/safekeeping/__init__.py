# SPDX-License-Identifier: Apache-2.0
"""Safekeeping: backups of one installation that are whole, small, verified, and can be brought back anywhere."""
