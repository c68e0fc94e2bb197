# SPDX-License-Identifier: Apache-2.0
"""What a file is, by its bytes alone: recognising, reading what it says of itself, and making copies that say less."""
