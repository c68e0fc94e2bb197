# SPDX-License-Identifier: Apache-2.0
"""Attachments: files that stand beside what they show, kept under the digest of their content."""
