# SPDX-License-Identifier: Apache-2.0
"""One folder an open standard: how other systems and devices come in."""
