# SPDX-License-Identifier: Apache-2.0
"""Says what is wrong with an installation and how to mend it. Each check is one function of this package."""
