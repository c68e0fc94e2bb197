# SPDX-License-Identifier: Apache-2.0
"""Cases (案卷): whatever is wrong, from a breach or a report to something put right and checked, with a clock and an owner."""
