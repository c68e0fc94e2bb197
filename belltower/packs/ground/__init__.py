# SPDX-License-Identifier: Apache-2.0
"""Ground: what a map stands on. The manifest is in pack.py."""
