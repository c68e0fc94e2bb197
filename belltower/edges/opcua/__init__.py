# SPDX-License-Identifier: Apache-2.0
"""OPC UA: nodes are subscribed to, with dead bands kept by the server."""
