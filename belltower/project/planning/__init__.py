# SPDX-License-Identifier: Apache-2.0
"""From files to a planner's problem: rasters and layers of people, sites, streets, barriers. Planners themselves read no files."""
