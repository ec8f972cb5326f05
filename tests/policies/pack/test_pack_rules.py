"""What holds for all rules together."""

from __future__ import annotations

import importlib
import inspect
import json
import re
from pathlib import Path

import pulumi_aws
import pytest

from policies.pack import rules, table
from policies.pack.accounts import PROVIDER
from policies.pack.model import Resource
from policies.pack.rules import RULES
from policies.pack.rules.wildcard_actions import RULE as WILDCARDS
from tests.policies.pack.cases.case import Never
from tests.policies.pack.test_pack_cases import EVERY

COMPUTED = {"id", "arn", "keyId"}


def tokens() -> dict[str, tuple[str, str]]:
    """Module and class of every type of the installed pulumi-aws."""
    listing = inspect.getsource(pulumi_aws).split('resource_modules="""', 1)[1].split('"""', 1)[0]
    return {token: (entry["fqn"], name) for entry in json.loads(listing) for token, name in entry["classes"].items()}


def given() -> list[Resource]:
    """Every resource on which some rule is tried."""
    subjects = [one for case in EVERY if not isinstance(case.passes, Never) for one in case.passes]
    subjects += [one for case in EVERY for one, _ in case.mistakes]
    return [resource for subject in subjects for resource in (subject.resource, *subject.others)]


def test_every_file_of_rules_is_in_the_pack() -> None:
    files = {path.stem for path in Path(rules.__file__).parent.glob("*.py")} - {"__init__"}
    assert {importlib.import_module(f"policies.pack.rules.{name}").RULE for name in files} == set(RULES)


def test_ids_and_names_are_unique_and_well_formed() -> None:
    assert len({rule.id for rule in RULES}) == len({rule.name for rule in RULES}) == len(RULES)
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


def test_every_rule_stands_in_the_table_with_its_fix() -> None:
    text = table.table()
    assert all(rule.id in text and rule.fix in text for rule in RULES)
    assert WILDCARDS.title in text
