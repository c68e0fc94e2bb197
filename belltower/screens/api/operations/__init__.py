# SPDX-License-Identifier: Apache-2.0
"""The operations of /api/v1, a file a noun. Each names the verb it needs and looks through the caller's scope."""
