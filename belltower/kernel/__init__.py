# SPDX-License-Identifier: Apache-2.0
"""Words everyone shares: time, units, coordinates, texts, errors, what a pack can declare. No Django, no I/O."""
