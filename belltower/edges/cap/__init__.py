# SPDX-License-Identifier: Apache-2.0
"""Common Alerting Protocol 1.2 (OASIS): an alarm, or a group of them, as a message that other systems read."""
