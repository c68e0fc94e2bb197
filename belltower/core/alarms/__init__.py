# SPDX-License-Identifier: Apache-2.0
"""The alarm life: definitions with their rationalisation, alarms as they stand, what operators command, the runner."""
