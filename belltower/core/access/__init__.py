# SPDX-License-Identifier: Apache-2.0
"""Access: users, the party each belongs to, their roles, and the tokens of service accounts."""
