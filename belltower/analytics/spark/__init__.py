# SPDX-License-Identifier: Apache-2.0
"""The alarm engine on many machines: Spark structured streaming over a folder of log files. Spark is an extra, not needed on one machine."""
