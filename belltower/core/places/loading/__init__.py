# SPDX-License-Identifier: Apache-2.0
"""Loading a bureau's own files: read, map, preview, merge; what cannot be read is kept aside with its reason."""
