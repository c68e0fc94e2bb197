# SPDX-License-Identifier: Apache-2.0
"""MQTT: messages are acknowledged when their readings are committed."""
