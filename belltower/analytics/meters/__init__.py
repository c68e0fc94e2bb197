# SPDX-License-Identifier: Apache-2.0
"""Leaks behind the household meter, from the pulses of its days: a small flow that is steadier than any use of gas."""
