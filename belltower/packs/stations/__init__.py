# SPDX-License-Identifier: Apache-2.0
"""City stations. The manifest is in pack.py."""
