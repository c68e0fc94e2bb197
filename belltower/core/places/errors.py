# SPDX-License-Identifier: Apache-2.0
"""What places refuses, each with what happened, to what, and what to do next."""

from __future__ import annotations

from belltower.kernel.errors import Conflict, NotFound, Refusal
from belltower.kernel.texts import Text


class WrongAreaCode(Refusal):
    """A code whose length is not that of its level in this city."""

    code = "wrong_area_code"
    sentence = Text(
        zh="区域代码“{area}”不符合“{level}”级的长度：应为 {expected} 位，实为 {found} 位。请更正代码或级别。",
        en="The area code '{area}' does not fit level '{level}': it should have {expected} characters, not {found}. "
        "Correct the code or the level.",
    )


class MissingParent(Refusal):
    """An area whose parent is neither in the city nor in the same load."""

    code = "missing_parent"
    sentence = Text(
        zh="区域“{area}”的上级区域“{parent}”不存在。请先导入上级区域，或写明正确的上级代码。",
        en="The parent '{parent}' of area '{area}' is not there. Load the parent first, or state the right parent code.",
    )


class ParentTooDeep(Refusal):
    """A parent that is not above its child in the order of levels."""

    code = "parent_too_deep"
    sentence = Text(
        zh="区域“{area}”（{level}）不能隶属于“{parent}”（{parent_level}）：上级必须是更高一级的区域。请更正上级代码。",
        en="Area '{area}' ({level}) cannot lie in '{parent}' ({parent_level}): a parent is of a higher level. "
        "Correct the parent code.",
    )


class AreaTwice(Refusal):
    """The same code given twice in one load, so that nobody can know which is meant."""

    code = "area_twice"
    sentence = Text(
        zh="区域代码“{area}”在同一批中出现了两次。请只保留一行。",
        en="The area code '{area}' comes twice in one load. Keep one of the rows.",
    )


class ChangedTooEarly(Refusal):
    """A change dated before the state it would replace began."""

    code = "changed_too_early"
    sentence = Text(
        zh="区域“{area}”的现行状态自 {since} 起生效，不能从更早的 {on} 起变更。请使用 {since} 或以后的日期。",
        en="Area '{area}' is as it is since {since}; it cannot change from {on}, which is earlier. "
        "Use {since} or a later day.",
    )


class PartyTwice(Refusal):
    """The same natural key given twice in one call."""

    code = "party_twice"
    sentence = Text(
        zh="责任主体“{party}”在同一批中出现了两次。请只保留一行。",
        en="The party '{party}' comes twice in one load. Keep one of the rows.",
    )


class UnknownPartyKind(Refusal):
    """A kind of party that is not one of the stored words."""

    code = "unknown_party_kind"
    sentence = Text(
        zh="责任主体“{party}”的类型“{kind}”不存在。可用类型：{known}。",
        en="Party '{party}' has the kind '{kind}', which there is not. There are: {known}.",
    )


class PartyInCircle(Refusal):
    """A party that would stand above itself."""

    code = "party_in_circle"
    sentence = Text(
        zh="责任主体“{party}”不能成为自己的上级。请更正上级主体。",
        en="The party '{party}' cannot stand above itself. Correct its parent.",
    )


class UnknownParty(Refusal):
    """A party that is not there."""

    code = "unknown_party"
    sentence = Text(
        zh="没有责任主体“{party}”。请检查其编号，或先登记该主体。",
        en="There is no party '{party}'. Check its key, or enter the party first.",
    )


class UnknownRole(Refusal):
    """A role in the chain of responsibility that there is not."""

    code = "unknown_role"
    sentence = Text(
        zh="没有责任角色“{role}”。可用角色：{known}。",
        en="There is no role '{role}'. There are: {known}.",
    )


class UnknownResponsibility(NotFound):
    """A responsibility that is not there."""

    code = "unknown_responsibility"
    sentence = Text(
        zh="没有责任规则“{uid}”。请刷新列表后再选。",
        en="There is no responsibility '{uid}'. Reload the list and choose again.",
    )


class EndsBeforeItBegins(Refusal):
    """An end that is not after the beginning."""

    code = "ends_before_it_begins"
    sentence = Text(
        zh="终止日期 {until} 不晚于生效日期 {since}。请更正日期；终止日当天规则即不再有效。",
        en="It would end on {until}, not after it begins on {since}. Correct the day; on the day of its end it no longer holds.",
    )


class UnknownField(Refusal):
    """A field that the kind does not declare."""

    code = "unknown_field"
    sentence = Text(
        zh="“{kind}”没有字段“{field}”。{hint}已声明的字段：{known}。",
        en="'{kind}' has no field '{field}'. {hint}It declares: {known}.",
    )


class BadFieldValue(Refusal):
    """A value that does not fit its declared field."""

    code = "bad_field_value"
    sentence = Text(
        zh="字段“{field}”的值“{value}”不可用：{reason}。请更正，或留空表示未知。",
        en="'{value}' does not fit the field '{field}': {reason}. Correct it, or leave it empty when not known.",
    )


class MissingFields(Refusal):
    """Required fields that are not known."""

    code = "missing_fields"
    sentence = Text(
        zh="“{kind}”缺少必填字段：{fields}。请补充。",
        en="'{kind}' lacks required fields: {fields}. Fill them in.",
    )


class UnknownChange(Refusal):
    """Something that cannot be changed of an asset."""

    code = "unknown_change"
    sentence = Text(
        zh="部件没有可修改的“{change}”。{hint}可修改：{known}。",
        en="'{change}' is nothing that can be changed of an asset. {hint}There are: {known}.",
    )


class UnknownLife(Refusal):
    """A state of life that there is not."""

    code = "unknown_life"
    sentence = Text(
        zh="没有生命状态“{life}”。可用状态：{known}。",
        en="There is no state of life '{life}'. There are: {known}.",
    )


class RetiredForGood(Refusal):
    """A retired asset brought back without a reason."""

    code = "retired_for_good"
    sentence = Text(
        zh="部件“{asset}”已报废。如确需恢复，请填写原因。",
        en="Asset '{asset}' is retired. To bring it back all the same, state the reason.",
    )


class BadGeometry(Refusal):
    """A geometry that this kind of asset cannot have."""

    code = "bad_geometry"
    sentence = Text(
        zh="部件“{asset}”的位置不可用：{reason}。请重新定位。",
        en="The geometry given for asset '{asset}' does not do: {reason}. Place it anew.",
    )


class CodeTaken(Conflict):
    """A 17-digit code that belongs to another asset."""

    code = "code_taken"
    sentence = Text(
        zh="标识码“{given}”已属于另一部件“{other}”。请核对后使用其他代码。",
        en="The code '{given}' belongs to another asset, '{other}'. Compare them, and use another code.",
    )


class NotYetTrue(Refusal):
    """A state dated in the future."""

    code = "not_yet_true"
    sentence = Text(
        zh="不能登记尚未发生的状态：{valid_from} 晚于现在（{now}）。请届时再登记。",
        en="A state that is not yet true cannot be recorded: {valid_from} is later than now ({now}). Record it then.",
    )


class NumbersUsedUp(Refusal):
    """No sequence number is left in a district and class."""

    code = "numbers_used_up"
    sentence = Text(
        zh="区划与类别“{prefix}”的顺序号已用尽（最多 999999）。请先核对该类部件的编码。",
        en="No number is left for district and class '{prefix}' (there are 999,999). Check the codes of that class first.",
    )


class NoOfficialClass(Refusal):
    """A kind without a class in the official list, so that its assets cannot be numbered."""

    code = "no_official_class"
    sentence = Text(
        zh="“{kind}”没有国家标准部件分类代码，无法编号。请在功能包中声明 gb_code。",
        en="'{kind}' has no official class, so its assets cannot be numbered. Declare its gb_code in the pack.",
    )


class UnknownAsset(NotFound):
    """An asset that is not there."""

    code = "unknown_asset"
    sentence = Text(
        zh="没有部件“{asset}”。请检查编号，或在搜索中查找。",
        en="There is no asset '{asset}'. Check its id, or look for it with search.",
    )


class ChangedMeanwhile(Conflict):
    """An edit of an asset that somebody else has changed since the editor saw it."""

    code = "changed_meanwhile"
    sentence = Text(
        zh="部件“{asset}”在您打开之后已由 {by} 于 {at} 修改。请刷新后核对再改。",
        en="Asset '{asset}' was changed by {by} at {at}, after you opened it. Reload it, compare, and edit again.",
    )


class AreaHasChildren(Refusal):
    """An area that would end while something below it goes on."""

    code = "area_has_children"
    sentence = Text(
        zh="区域“{area}”下仍有“{child}”，不能终止。请先终止或划转下级区域。",
        en="Area '{area}' cannot end while '{child}' lies in it. End what is below it first, or move it.",
    )


class NotACommunity(Refusal):
    """Unit grids asked for an area of another level."""

    code = "not_a_community"
    sentence = Text(
        zh="只有社区可以划分单元网格，“{area}”属于“{level}”级。请选择社区。",
        en="Only a community is cut into unit grids; '{area}' is of level '{level}'. Choose a community.",
    )


class NoOutline(Refusal):
    """An area whose outline is not known."""

    code = "no_outline"
    sentence = Text(
        zh="区域“{area}”没有边界，无法划分网格。请先导入其边界。",
        en="The outline of area '{area}' is not known, so it cannot be cut into grids. Load its outline first.",
    )


class TooManyGrids(Refusal):
    """More grids than three digits can count."""

    code = "too_many_grids"
    sentence = Text(
        zh="社区“{area}”将划分为 {count} 个单元网格，编号最多 {most} 个。请先拆分该社区，或导入自己的网格。",
        en="Community '{area}' would have {count} unit grids, and there are {most} numbers. Split it, or load grids of your own.",
    )
