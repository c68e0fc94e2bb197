# SPDX-License-Identifier: Apache-2.0
"""A viewer of some rows knows the people and machines of their own parties, and of sessions and factors their own.

Before a scope is set these are read to find out who somebody is; that is when nothing else is seen.
"""

from django.db import migrations

from belltower.kernel.row_policies import NOT_OWN_ONLY, VIEWER, no_policy, of_party, policy

KNOWN = f"{NOT_OWN_ONLY} OR uid = {VIEWER} OR (party_id IS NOT NULL AND {of_party('party_id')})"
OWN = f"{NOT_OWN_ONLY} OR EXISTS (SELECT FROM access_user u WHERE u.id = user_id AND u.uid = {VIEWER})"
CONDITIONS = {
    "access_user": KNOWN,
    "access_service_account": KNOWN,
    "access_grant": f"{NOT_OWN_ONLY} OR EXISTS (SELECT FROM access_user u WHERE u.id = user_id)",
    "access_token": f"{NOT_OWN_ONLY} OR EXISTS (SELECT FROM access_service_account s WHERE s.id = account_id)",
    "access_session": OWN,
    "access_second_factor": OWN,
    "access_identity": OWN,
}
SEEN = "".join(policy(table, condition) for table, condition in CONDITIONS.items())
UNSEEN = "".join(map(no_policy, CONDITIONS))


class Migration(migrations.Migration):
    dependencies = [("access", "0004_seal_names")]
    operations = [migrations.RunSQL(SEEN, UNSEEN)]
