# SPDX-License-Identifier: Apache-2.0
"""Past cases from a file of another system: read, joined, kept with their history and the origin of every row."""
