"""What holds for all rules together."""

from __future__ import annotations

import importlib
import inspect
import json
import re
from collections import Counter

import pulumi_aws
import pytest

from policies.pack import rules, table
from policies.pack.model import StackResource
from policies.pack.rules import RULES, wildcard_actions
from policies.pack.stack_accounts import PROVIDER
from tests.policies.pack.cases import discover
from tests.policies.pack.rule_cases import NoCases

CASES = discover().values()
COMPUTED = {"id", "arn", "keyId"}


def tokens() -> dict[str, tuple[str, str]]:
    """Module and class of every type of the installed pulumi-aws."""
    listing = inspect.getsource(pulumi_aws).split('resource_modules="""', 1)[1].split('"""', 1)[0]
    return {token: (entry["fqn"], name) for entry in json.loads(listing) for token, name in entry["classes"].items()}


def given() -> list[StackResource]:
    """Every resource on which some rule is tried."""
    subjects = [one for case in CASES if not isinstance(case.passes, NoCases) for one in case.passes]
    subjects += [one for case in CASES for one, _ in case.violations]
    return [resource for subject in subjects for resource in (subject.resource, *subject.others)]


def test_a_module_without_a_rule_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(wildcard_actions, "RULE")
    with pytest.raises(TypeError, match=r"policies/pack/rules/wildcard_actions\.py defines no RULE"):
        rules.discover()


def test_rules_come_in_the_order_of_their_ids() -> None:
    assert rules.discover() == RULES == tuple(sorted(RULES, key=lambda rule: rule.id))


def test_ids_and_names_are_unique_and_well_formed() -> None:
    for labels in ([rule.id for rule in RULES], [rule.name for rule in RULES]):
        assert sorted(label for label, uses in Counter(labels).items() if uses > 1) == [], "used by several rules"
    assert all(re.fullmatch(r"[A-Z0-9]+-\d\d", rule.id) for rule in RULES)
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", rule.name) for rule in RULES)


def test_every_rule_speaks_of_types_that_pulumi_aws_has() -> None:
    known = {*tokens(), PROVIDER}
    assert [token for rule in RULES for token in rule.types if token not in known] == []


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # pulumi_aws.s3 warns of its own V2 classes
def test_the_properties_that_these_tests_set_are_pulumis_own() -> None:
    known = tokens()
    for resource in given():
        if resource.type == PROVIDER:
            continue
        module, name = known[resource.type]
        members = vars(getattr(importlib.import_module(module), name)).values()
        getters = [member.fget for member in members if isinstance(member, property)]
        real = {getattr(getter, "_pulumi_name", getter.__name__) for getter in getters if getter is not None}
        assert set(resource.props) - COMPUTED - real == set(), resource.type


def test_the_rule_table_is_current() -> None:
    assert table.PATH.read_text(encoding="utf-8") == table.table(), "run `python -m policies.pack.table`"


def test_every_rule_stands_in_the_table_with_its_fix_severity_and_frameworks() -> None:
    text = table.table()
    assert all(rule.id in text and rule.fix in text for rule in RULES)
    for rule in RULES:
        row = next(line for line in text.splitlines() if line.startswith(f"| {rule.id} |"))
        assert f"| {rule.severity.value} |" in row
        assert all(framework in row for framework in rule.frameworks)
    assert wildcard_actions.RULE.title in text


def test_a_framework_is_written_as_its_owner_writes_it() -> None:
    hub = r"(FSBP|Security Hub) [A-Z][A-Za-z0-9]+\.\d+"
    nist = r"NIST 800-53 [A-Z]{2}-\d+(\(\d+\))?"
    cis = r"CIS AWS \d\.\d\.\d \d(\.\d+){1,2}"
    written = sorted({framework for rule in RULES for framework in rule.frameworks})
    assert [framework for framework in written if not re.fullmatch(f"{hub}|{nist}|{cis}", framework)] == []


def test_a_control_is_found_on_a_page_of_its_service() -> None:
    for rule in RULES:
        services = {
            framework.split()[-1].split(".")[0].lower()
            for framework in rule.frameworks
            if framework.startswith(("FSBP", "Security Hub"))
        }
        pages = {page.rpartition("/")[2].removesuffix("-controls.html") for page in rule.sources}
        assert services <= pages, rule.id
