# SPDX-License-Identifier: Apache-2.0
"""Which valves take a pipe out of the network, and who is then without gas."""
