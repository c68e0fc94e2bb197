# SPDX-License-Identifier: Apache-2.0
"""Where stations go: cover all with the fewest, cover the most with some, the shortest mean way; and the proof of it."""
