# SPDX-License-Identifier: Apache-2.0
"""The only room that knows everyone: settings, URLs, processes, the command line."""
