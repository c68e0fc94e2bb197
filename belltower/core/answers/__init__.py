# SPDX-License-Identifier: Apache-2.0
"""Templates for answers: words for what is said again and again, filled in from the case."""
