# SPDX-License-Identifier: Apache-2.0
"""POST /ingest, the fast door: rows as JSON lines, MessagePack or Arrow, any number, in bounded memory."""
