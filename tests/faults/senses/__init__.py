# SPDX-License-Identifier: Apache-2.0
"""What may go wrong with readings on their way: processes killed, no room, clocks that jump, and rubbish at each door."""
