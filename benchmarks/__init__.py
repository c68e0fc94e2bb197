# SPDX-License-Identifier: Apache-2.0
"""Measurements: `python -m benchmarks.NAME [--quick]` prints what it does and ends with one flat JSON line."""
