# SPDX-License-Identifier: Apache-2.0
"""The official rates of cases: each a row of dated data with its denominator, counted from histories."""
