# SPDX-License-Identifier: Apache-2.0
"""The scenes of this room's tests."""

from belltower.core.standards.tests.lit_street import lit_street as lit_street
