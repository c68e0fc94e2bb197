# SPDX-License-Identifier: Apache-2.0
"""The console: the desk, officers and planners at a wide screen, by keyboard, in Chinese and English."""
