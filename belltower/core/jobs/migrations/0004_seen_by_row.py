# SPDX-License-Identifier: Apache-2.0
"""Who does not see everything sees the jobs they asked for themselves, and their stories."""

from django.db import migrations

from belltower.kernel.row_policies import SEES_ALL, VIEWER, no_policy, policy

SEEN = policy("jobs_job", f"{SEES_ALL} OR asked_by_uid = {VIEWER}") + policy(
    "jobs_event", f"{SEES_ALL} OR EXISTS (SELECT FROM jobs_job j WHERE j.id = jobs_event.job_id)"
)


class Migration(migrations.Migration):
    dependencies = [("jobs", "0003_entries")]
    operations = [migrations.RunSQL(SEEN, no_policy("jobs_job") + no_policy("jobs_event"))]
