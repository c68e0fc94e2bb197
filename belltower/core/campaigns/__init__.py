# SPDX-License-Identifier: Apache-2.0
"""Campaigns (专项整治) and action plans over years (三年行动): what is to be put right by when, and how far it is."""
