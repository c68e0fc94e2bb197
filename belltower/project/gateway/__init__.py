# SPDX-License-Identifier: Apache-2.0
"""The machines' door: a small ASGI application beside Django, for devices and other systems."""
