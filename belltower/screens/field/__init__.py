# SPDX-License-Identifier: Apache-2.0
"""Pages for who works outside: my tasks, one task, big buttons; with a telephone off-line as well."""
