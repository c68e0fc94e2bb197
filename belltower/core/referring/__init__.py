# SPDX-License-Identifier: Apache-2.0
"""Messages of the board that became cases: which, and how the matter stands."""
