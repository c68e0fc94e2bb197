# SPDX-License-Identifier: Apache-2.0
"""Places: the city's areas, parties, responsibilities and assets, with their history and what finds them."""
