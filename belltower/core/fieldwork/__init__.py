# SPDX-License-Identifier: Apache-2.0
"""Work outside: whose turn it is, near and soon first; and acts that come when the telephone is on-line again."""
