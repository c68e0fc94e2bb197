# SPDX-License-Identifier: Apache-2.0
"""A pack that uses every declaration there is; see README.md."""
