# SPDX-License-Identifier: Apache-2.0
"""The hydraulic twin: pressures and flows that the network should have now, and how far what is measured lies from them."""
