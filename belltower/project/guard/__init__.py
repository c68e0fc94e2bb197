# SPDX-License-Identifier: Apache-2.0
"""What stands before both doors: headers, proxies that are believed, limits, sizes, and the static files."""
