# SPDX-License-Identifier: Apache-2.0
"""The simulated city: made by us from a seed, with known truth, and the loaders of its scenes."""
