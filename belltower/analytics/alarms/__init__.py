# SPDX-License-Identifier: Apache-2.0
"""The alarm engine: one ordered log of readings, commands and ticks in, every transition of ISA-18.2 out."""
