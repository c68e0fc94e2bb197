# SPDX-License-Identifier: Apache-2.0
"""The duty desk (值班): who is on it, what is handed over with what stands, its log, and calls answered within their limit."""
