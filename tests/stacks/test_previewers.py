"""The previewer of one account: whether there is one, who enters it, and what exists already in its eyes."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from policies.access.graph import graph_of
from policies.pack.captured import read
from rehearsal.authorization.decision import decide_all
from rehearsal.authorization.resource_facts import ResourceFacts, facts_from
from rehearsal.aws.cloud import NotTrusted
from rehearsal.engine import resources_json
from rehearsal.existing import existing_tags
from rehearsal.plan import plan
from tests.stacks.built import statements
from tests.stacks.conftest import Platform
from tests.stacks.owned import CIDRS, Owned
from tests.stacks.previews import PREVIEWER, asked, preview


def test_what_exists_already_is_looked_up_as_the_previewer(platform: Platform, tmp_path: Path) -> None:
    platform.up("foundation-staging")
    own = Owned(platform.world.cloud, "222222222222", CIDRS["staging"])
    network = own.network()
    own.name_servers(network["vpc"], "AmazonProvidedDNS")
    existing = {
        "network": network | {"securityGroups": own.groups(network["vpc"])},
        "endpoints": own.endpoints(network),
        "keys": {"capture": own.key()},
    }
    platform.write("staging", platform.settings("staging") | {"existing": existing})
    platform.up("staging")
    planned = next(each for each in plan(platform.directory) if each.stack == "staging")
    since = len(platform.recorder.requests)
    assert set(preview(platform, planned).values()) == {"same"}
    lines = asked(platform, since)
    assert {line.role.rpartition("/")[2] for line in lines} == {PREVIEWER}
    decided = decide_all(lines, known(platform, tmp_path))
    assert [(one.question.action, one.question.resource) for one in decided.refused] == []
    assert decided.unmapped == ()
    used = {one.question.action for one in decided.decisions}
    assert {"ec2:DescribeVpcs", "ec2:DescribeSecurityGroupRules", "ec2:DescribePrefixLists", "kms:DescribeKey"} <= used


def known(platform: Platform, folder: Path) -> ResourceFacts:
    """What was built, and the tags of what was there before."""
    resources = folder / "resources.json"
    resources.write_text(json.dumps(resources_json(platform.world.engine)))
    stacks = read(resources)
    facts = facts_from(graph_of(stacks), stacks)
    brought = existing_tags(each.settings for each in plan(platform.directory))
    return replace(facts, tags={**facts.tags, **brought}, existing=frozenset(brought))


def test_an_account_whose_foundation_names_nobody_has_no_previewer(platform: Platform) -> None:
    settings: dict[str, Any] = platform.settings("foundation-staging")
    del settings["previewer"]
    platform.write("foundation-staging", settings)
    platform.up("foundation-staging")
    with pytest.raises(NotTrusted, match="has no previewer: name who may preview"):
        platform.world.cloud.previewer("222222222222")


def test_whoever_previews_gives_the_external_id_that_the_settings_ask_for(platform: Platform) -> None:
    settings = platform.settings("foundation-staging")
    previewer = {"trustedBy": ["arn:aws:iam::222222222222:role/ci-preview"], "externalId": "agreed"}
    platform.write("foundation-staging", settings | {"previewer": previewer})
    platform.up("foundation-staging")
    role = platform.resources("foundation-staging", "aws:iam/role:Role")["previewer-role"]
    trust = statements(role.inputs["assumeRolePolicy"])["NamedRolesAssume"]
    assert trust["Condition"]["StringEquals"] == {"sts:ExternalId": "agreed"}
    assert platform.world.cloud.previewer("222222222222").role_arn == role.outputs["arn"]
