# SPDX-License-Identifier: Apache-2.0
"""Jobs: one noun for all long work, with progress, cancel, retry and a trace of who asked and why."""
