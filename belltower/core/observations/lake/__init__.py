# SPDX-License-Identifier: Apache-2.0
"""The lake: days of readings that are over, as sorted Parquet files that were verified before their hot partition went."""
