# SPDX-License-Identifier: Apache-2.0
"""Points against pipes at the speed of a stream: who is within reach, how surely, and since when."""
