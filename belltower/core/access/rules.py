# SPDX-License-Identifier: Apache-2.0
"""Which role may do what: one table, and the question asked of it. No look-ups here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum

from belltower.core.access.models import RoleName
from belltower.kernel.packs import Secrecy
from belltower.kernel.texts import Text


class Verb(StrEnum):
    """What a person or a token may do. Every page and every API operation asks for one."""

    VIEW = "view"
    EXPORT = "export"
    LOAD = "load"
    EDIT = "edit"
    RUN_JOBS = "run_jobs"
    ADMINISTER = "administer"
    SENSE = "sense"
    ANSWER_ALARMS = "answer_alarms"
    SET_ALARMS = "set_alarms"
    RECORD = "record"
    WRITE_STANDARDS = "write_standards"
    APPROVE_STANDARDS = "approve_standards"
    LEAD_CAMPAIGNS = "lead_campaigns"
    SET_EXAMS = "set_exams"
    REPORT_CASES = "report_cases"
    DISPATCH_CASES = "dispatch_cases"
    HANDLE_CASES = "handle_cases"
    CHECK_CASES = "check_cases"
    LEAD_CASES = "lead_cases"

    @property
    def text(self) -> Text:
        """The verb as it stands in a sentence: "you may not ..."."""
        return _TITLES[self]


_TITLES = {
    Verb.VIEW: Text(zh="查看", en="view this"),
    Verb.EXPORT: Text(zh="导出", en="export"),
    Verb.LOAD: Text(zh="导入数据", en="load files"),
    Verb.EDIT: Text(zh="修改部件", en="edit assets"),
    Verb.RUN_JOBS: Text(zh="管理作业", en="manage jobs"),
    Verb.ADMINISTER: Text(zh="管理用户和设置", en="administer users and settings"),
    Verb.SENSE: Text(zh="上报数据", en="report readings"),
    Verb.ANSWER_ALARMS: Text(zh="处理报警", en="answer alarms"),
    Verb.SET_ALARMS: Text(zh="设定报警", en="set alarms"),
    Verb.RECORD: Text(zh="登记作业", en="record activities"),
    Verb.WRITE_STANDARDS: Text(zh="起草标准", en="write standards"),
    Verb.APPROVE_STANDARDS: Text(zh="审定标准和豁免", en="approve standards and exempt"),
    Verb.LEAD_CAMPAIGNS: Text(zh="组织专项整治和行动计划", en="lead campaigns and action plans"),
    Verb.SET_EXAMS: Text(zh="设考并查看成绩", en="set exams and see results"),
    Verb.REPORT_CASES: Text(zh="上报问题", en="report cases"),
    Verb.DISPATCH_CASES: Text(zh="立案和派遣", en="file and dispatch cases"),
    Verb.HANDLE_CASES: Text(zh="处理案卷", en="put cases right"),
    Verb.CHECK_CASES: Text(zh="核查和结案", en="check and close cases"),
    Verb.LEAD_CASES: Text(zh="督办和提级案卷", en="suspend and take over cases"),
}

VIEW, EXPORT, LOAD, EDIT, RUN_JOBS = Verb.VIEW, Verb.EXPORT, Verb.LOAD, Verb.EDIT, Verb.RUN_JOBS
SENSE, ANSWER_ALARMS, SET_ALARMS = Verb.SENSE, Verb.ANSWER_ALARMS, Verb.SET_ALARMS
RECORD, WRITE_STANDARDS, APPROVE_STANDARDS = Verb.RECORD, Verb.WRITE_STANDARDS, Verb.APPROVE_STANDARDS
LEAD_CAMPAIGNS, SET_EXAMS = Verb.LEAD_CAMPAIGNS, Verb.SET_EXAMS
REPORT_CASES, DISPATCH_CASES, HANDLE_CASES = Verb.REPORT_CASES, Verb.DISPATCH_CASES, Verb.HANDLE_CASES
CHECK_CASES, LEAD_CASES = Verb.CHECK_CASES, Verb.LEAD_CASES

# A verb is allowed on the rows its grant reaches only (people.Standing): an enterprise user's on its own assets.
VERBS_OF: Mapping[RoleName, frozenset[Verb]] = {
    RoleName.VIEWER: frozenset({VIEW}),
    RoleName.DESK: frozenset({VIEW, EXPORT, EDIT, ANSWER_ALARMS, RECORD, REPORT_CASES, DISPATCH_CASES, CHECK_CASES}),
    RoleName.INSPECTOR: frozenset({VIEW, EDIT, RECORD, REPORT_CASES, HANDLE_CASES, CHECK_CASES}),
    RoleName.SUPERVISOR: frozenset({VIEW, EXPORT, REPORT_CASES, CHECK_CASES}),
    RoleName.SECTOR_OFFICER: frozenset({
        VIEW, EXPORT, LOAD, EDIT, RUN_JOBS, ANSWER_ALARMS, SET_ALARMS, RECORD, WRITE_STANDARDS, APPROVE_STANDARDS,
        LEAD_CAMPAIGNS, SET_EXAMS, REPORT_CASES, DISPATCH_CASES, HANDLE_CASES, CHECK_CASES, LEAD_CASES,
    }),
    RoleName.PLANNER: frozenset({VIEW, EXPORT, LOAD, RUN_JOBS}),
    RoleName.ASSESSOR: frozenset({VIEW, EXPORT, REPORT_CASES, CHECK_CASES}),
    RoleName.LEADER: frozenset({VIEW, EXPORT, REPORT_CASES, LEAD_CASES}),
    RoleName.ENTERPRISE: frozenset({VIEW, EXPORT, ANSWER_ALARMS, RECORD, REPORT_CASES, HANDLE_CASES}),
    RoleName.ADMINISTRATOR: frozenset(Verb),
}  # fmt: skip


# How secret a kind of asset may be for a role to see it at all. An enterprise user sees their own, whatever it is.
SECRECY_OF: Mapping[RoleName, Secrecy] = {
    RoleName.VIEWER: Secrecy.PUBLIC,
    RoleName.INSPECTOR: Secrecy.INTERNAL,
    RoleName.SUPERVISOR: Secrecy.INTERNAL,
    RoleName.ASSESSOR: Secrecy.INTERNAL,
    RoleName.DESK: Secrecy.SECRET,
    RoleName.SECTOR_OFFICER: Secrecy.SECRET,
    RoleName.PLANNER: Secrecy.SECRET,
    RoleName.LEADER: Secrecy.SECRET,
    RoleName.ENTERPRISE: Secrecy.SECRET,
    RoleName.ADMINISTRATOR: Secrecy.SECRET,
}


def may(roles: Iterable[str], verb: Verb) -> bool:
    """Whether somebody who holds ``roles`` may ``verb``. Nobody may do anything without a role."""
    return verb in verbs_of(roles)


def verbs_of(roles: Iterable[str]) -> frozenset[Verb]:
    """Everything that somebody who holds ``roles`` may do."""
    return frozenset().union(*(VERBS_OF[RoleName(role)] for role in roles))


def within_own(verbs: frozenset[Verb]) -> frozenset[Verb]:
    """What is left of ``verbs`` for who reaches only one party's assets, or one area's.

    Loads, jobs, standards, campaigns and administration touch rows of every owner, so they stay with who reaches the whole
    city. Cases are of one area each: who may check them in one is judged case by case (core/cases/acting.py).
    """
    return verbs & _WITHIN_OWN


_WITHIN_OWN = frozenset({
    VIEW, EXPORT, EDIT, SENSE, ANSWER_ALARMS, SET_ALARMS, RECORD, SET_EXAMS, REPORT_CASES, DISPATCH_CASES, HANDLE_CASES,
    CHECK_CASES, LEAD_CASES,
})  # fmt: skip
