# SPDX-License-Identifier: Apache-2.0
"""Gas. The manifest is in pack.py."""
