# SPDX-License-Identifier: Apache-2.0
"""Street cleaning. The manifest is in pack.py."""
