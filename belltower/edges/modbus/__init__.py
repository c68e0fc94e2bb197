# SPDX-License-Identifier: Apache-2.0
"""Modbus TCP: registers are polled, and every poll that was due is accounted for."""
