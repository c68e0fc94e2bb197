# SPDX-License-Identifier: Apache-2.0
"""Plans that are computed, kept, compared and adopted, and whether an adopted one is still true."""
