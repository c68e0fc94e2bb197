# SPDX-License-Identifier: Apache-2.0
"""What was done to an asset or in an area, when, by whom, and what was noted: visits, washes, patrols."""
