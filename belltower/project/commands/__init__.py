# SPDX-License-Identifier: Apache-2.0
"""One file a command of `belltower`; each module holds a click command or group named `command`."""
