# SPDX-License-Identifier: Apache-2.0
"""What those who keep an installation running see of it: logs and measurements."""
