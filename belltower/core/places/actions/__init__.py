# SPDX-License-Identifier: Apache-2.0
"""The verbs of places, a file a noun. Every write goes through one of them."""
