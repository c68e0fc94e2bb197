# SPDX-License-Identifier: Apache-2.0
"""What residents write to the government message board (政府留言板): imported, classified, answered for, put together."""
