# SPDX-License-Identifier: Apache-2.0
"""Problem in, plan out, with a certificate that a stranger can check. No Django, no database, no files."""
