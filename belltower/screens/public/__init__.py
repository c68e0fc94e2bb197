# SPDX-License-Identifier: Apache-2.0
"""Pages for residents: one thing a page, plain words, no account; what is essential works without JavaScript."""
