# SPDX-License-Identifier: Apache-2.0
"""The scenes of this room's tests."""

from belltower.core.learning.tests.classroom import classroom as classroom
