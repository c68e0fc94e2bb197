# SPDX-License-Identifier: Apache-2.0
"""An OpenID Connect provider for the tests: a process of its own, honest unless it is told to lie."""
