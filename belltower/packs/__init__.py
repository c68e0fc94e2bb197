# SPDX-License-Identifier: Apache-2.0
"""Packs: one folder a domain, alike inside. They are found by the register, never imported."""
