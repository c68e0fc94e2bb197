# SPDX-License-Identifier: Apache-2.0
"""Evidence: what a photo or file shows of a step of a case, and how far its place and time can be believed."""
