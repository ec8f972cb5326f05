"""Every mistake has a message that says what, where, what is allowed and what was probably meant."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from settings.__main__ import main
from settings.check import check
from settings.load import from_file
from settings.problems import SettingsError
from tests.settings.folder import Folder

JARGON = ("pydantic", "https://errors", "Traceback", "Input should", "[type=", "validation error", "Errno")

# name: (stack, old text, new text, parts of the message)
MISTAKES: dict[str, tuple[str, str, str, tuple[str, ...]]] = {
    "a misspelt nested key": (
        "dev",
        "costCentre:",
        "costCenter:",
        ("Pulumi.dev.yaml:8", "tags.costCenter = '4711'", "did you mean costCentre?"),
    ),
    "a misspelt key": (
        "dev",
        "mlops-platform:workloads:",
        "mlops-platform:workload:",
        ("Pulumi.dev.yaml:11", "workload = ['staging', 'prod']", "did you mean workloads?"),
    ),
    "a snake case key": ("staging", "availabilityZones", "availability_zones", ("did you mean availabilityZones?",)),
    "a wrong type": (
        "staging",
        "availabilityZones: 2",
        "availabilityZones: two",
        ("Pulumi.staging.yaml:15", "network.availabilityZones = 'two'", "a whole number, without quotes"),
    ),
    "a quoted number": (
        "prod",
        "availabilityZones: 2",
        'availabilityZones: "2"',
        ("network.availabilityZones = '2'", "a whole number, without quotes"),
    ),
    "text for a section": (
        "project-diabetes",
        "gate:\n    metric: rmse\n    threshold: 65",
        "gate: rmse",
        ("gate = 'rmse'", "must be a section with keys of its own: metric, threshold"),
    ),
    "an account id of 11 digits": (
        "staging",
        '"222222222222"',
        '"22222222222"',
        ("Pulumi.staging.yaml:5", "account = '22222222222'", "has 12 digits, this has 11 characters"),
    ),
    "an unquoted account id with a leading zero": (
        "prod",
        '"333333333333"',
        "012345678901",
        ("account = 012345678901", "write it in quotes", "drops a leading zero"),
    ),
    "an unquoted octal account id": (
        "prod",
        'account: "111111111111"',
        "account: 012345670123",
        ("registry.account = 012345670123", "write it in quotes"),
    ),
    "one availability zone in a workload stack": (
        "staging",
        "availabilityZones: 2",
        "availabilityZones: 1",
        ("network.availabilityZones = 1", "must be at least 2", "an endpoint in a VPC needs two"),
    ),
    "an unknown region": (
        "prod",
        "region: eu-west-1",
        "region: eu-wset-1",
        ("region = 'eu-wset-1'", "not an AWS region", "did you mean eu-west-1?"),
    ),
    "an unknown instance type": (
        "dev",
        "ml.t3.medium",
        "ml.t3.medum",
        ("studio.instanceTypes[0]", "not a SageMaker instance type", "did you mean ml.t3.medium?", "in all)"),
    ),
    "an unknown endpoint service": (
        "dev",
        "ecr.api",
        "ecr.apis",
        ("network.endpoints[3] = 'ecr.apis'", "did you mean ecr.api?", "allowed: "),
    ),
    "a network that is too large": (
        "dev",
        "10.10.0.0/16",
        "10.0.0.0/8",
        ("Pulumi.dev.yaml:13", "network.cidr = '10.0.0.0/8'", "a prefix of /16 to /22, this has /8"),
    ),
    "the network of Docker's bridge": (
        "prod",
        "10.30.0.0/16",
        "172.17.0.0/16",
        ("Pulumi.prod.yaml:14", "network.cidr = '172.17.0.0/16'", "SageMaker's hosts use for Docker's bridge"),
    ),
    "a tag with a character that IAM refuses": (
        "project-screening",
        "owner: ml-platform",
        "owner: 'ML Team <ml@example.com> & co'",
        ("tags.owner = 'ML Team <ml@example.com> & co'", "holds '<', which AWS refuses", "_ . : / = + - @"),
    ),
    "an SSO role without its path": (
        "dev",
        "role/break-glass",
        "role/AWSReservedSSO_Operator_0123456789abcdef",
        ("deployers[0]", "role/aws-reserved/sso.amazonaws.com/[region/]AWSReservedSSO_Operator_0123456789abcdef"),
    ),
    "a zone by name": (
        "staging",
        "availabilityZones: 2",
        "availabilityZones: [eu-west-1a, eu-west-1b]",
        ("network.availabilityZones", "names eu-west-1a, which is another place in each account"),
    ),
    "a service of another region": (
        "dev",
        "ecr.api]",
        "ecr.api, com.amazonaws.us-east-1.athena]",
        ("network.endpoints[4] = 'com.amazonaws.us-east-1.athena'", "is of another region"),
    ),
    "a public network": ("dev", "10.10.0.0/16", "11.10.0.0/16", ("not a private network",)),
    "host bits in a network": ("dev", "10.10.0.0/16", "10.10.0.1/16", ("not an IPv4 network in CIDR form",)),
    "a project id in capitals": (
        "project-screening",
        "id: screening",
        "id: Screening",
        ("id = 'Screening'", "lower case letters, digits and single hyphens only"),
    ),
    "a metric that nobody computes": (
        "project-screening",
        "metric: auc",
        "metric: aux",
        ("gate.metric = 'aux'", "did you mean auc?", "rmse, mae, r2"),
    ),
    "a share above 1": ("project-screening", "0.95", "95", ("gate.threshold = 95", "auc lies between 0 and 1")),
    "an error below 0": ("project-diabetes", "65", "-65", ("gate.threshold = -65", "rmse is an error")),
    "a threshold that is no number": ("project-diabetes", "65", ".nan", ("gate.threshold = .nan", "finite number")),
    "an unknown kind": (
        "staging",
        "kind: workload",
        "kind: workloads",
        ("kind = 'workloads'", "did you mean workload?", "data-science, project"),
    ),
    "no kind": ("staging", "  mlops-platform:kind: workload\n", "", ("kind  is missing",)),
    "a missing section": (
        "prod",
        '  mlops-platform:registry:\n    account: "111111111111"\n',
        "",
        ("Pulumi.prod.yaml  registry  is missing",),
    ),
    "an empty section": ("prod", 'registry:\n    account: "111111111111"', "registry:", ("registry = None", "section")),
    "a number for text": ("dev", '"4711"', "0815", ("tags.costCentre = 0815", "must be text: put it in quotes")),
    "a key of another kind": (
        "staging",
        "  mlops-platform:stage",
        "  mlops-platform:gate: 1\n  mlops-platform:stage",
        ("gate = 1", "is not a key that anybody reads"),
    ),
    "a dotted key": (
        "prod",
        "  mlops-platform:stage",
        "  mlops-platform:network.nat: true\n  mlops-platform:stage",
        ("write nat as a key below network", "--path"),
    ),
    "a key that belongs below a section": (
        "prod",
        "  mlops-platform:stage",
        "  mlops-platform:cidr: 10.1.0.0/16\n  mlops-platform:stage",
        ("it belongs to network.cidr",),
    ),
    "another namespace": (
        "prod",
        "mlops-platform:stage",
        "mlops:stage",
        ("mlops:stage", "write mlops-platform:stage"),
    ),
    "no namespace": ("prod", "mlops-platform:projects", "projects", ("needs its namespace: mlops-platform:projects",)),
    "default providers": (
        "prod",
        '  pulumi:disable-default-providers: ["aws"]\n',
        "",
        ("pulumi:disable-default-providers", 'must be ["aws"]'),
    ),
    "default providers of something else": ("dev", '["aws"]', '["gcp"]', ("= ['gcp']", 'must be ["aws"]')),
    "a misspelt config": ("prod", "config:", "confg:", ("confg", "did you mean config?")),
    "an encrypted setting": (
        "prod",
        "region: eu-west-1",
        "region: {secure: v1:ciphertext}",
        ("region  is encrypted, but no setting is a secret",),
    ),
    "a salt": ("prod", "config:", "encryptionsalt: v1:abc\nconfig:", ("encryptionsalt", "is not committed")),
    "a secrets provider": ("prod", "config:", "secretsprovider: awskms://x\nconfig:", ("is not committed",)),
    "a key that stands twice": (
        "staging",
        "availabilityZones: 2",
        "availabilityZones: 2\n    availabilityZones: 3",
        ("Pulumi.staging.yaml:16", "network.availabilityZones", "stands twice; the first is in line 15"),
    ),
    "a service named twice": ("dev", "ecr.api", "kms", ("network.endpoints", "names kms twice")),
    "a service that everything needs": ("dev", "[kms, sts,", "[sts,", ("network.endpoints", "lacks kms")),
    "a foundation that nobody may deploy with": (
        "foundation",
        '["arn:aws:iam::111111111111:role/ci"]',
        "[]",
        ("Pulumi.foundation.yaml", "deployer.trustedBy"),
    ),
    "a deployer that is no role": (
        "foundation",
        "role/ci",
        "user/ci",
        ("deployer.trustedBy[0] = 'arn:aws:iam::111111111111:user/ci'", "not the ARN of an IAM role"),
    ),
    "nobody who approves": (
        "dev",
        '  mlops-platform:approvers: ["arn:aws:iam::111111111111:role/sign-in-approver"]\n',
        "",
        ("approvers  is missing", "roles that approvers sign in with"),
    ),
    "approvers that are none": (
        "dev",
        'approvers: ["arn:aws:iam::111111111111:role/sign-in-approver"]',
        "approvers: []",
        ("approvers", "lists too few, at least 1 needed"),
    ),
    "a scientist who approves": (
        "dev",
        "role/sign-in-approver",
        "role/mlops/people/mlops-dev-studio-alice",
        ("approvers", "mlops-dev-studio-alice is one of the platform's own roles", "people sign in with"),
    ),
    "two scientists of one name": (
        "dev",
        "        projects: [screening, diabetes]\n",
        "        projects: [screening]\n      - name: alice\n",
        ("studio.scientists", "names alice twice", "one profile"),
    ),
    "a scientist in capitals": (
        "dev",
        "- name: alice",
        "- name: Alice",
        ("studio.scientists[0].name", "lower case letters"),
    ),
    "an external id without a role": (
        "prod",
        "  mlops-platform:stage",
        "  mlops-platform:credentials: {externalId: abc}\n  mlops-platform:stage",
        ("credentials.externalId", "is only sent with roleArn"),
    ),
    "bounds in the wrong order": (
        "project-diabetes",
        "  mlops-platform:gate",
        "  mlops-platform:deployments: {staging: {minInstances: 3}}\n  mlops-platform:gate",
        ("deployments.staging.maxInstances", "maxInstances 2 is below minInstances 3"),
    ),
    "a name too long": (
        "dev",
        "  mlops-platform:kind",
        "  mlops-platform:prefix: a-prefix-too-long\n  mlops-platform:kind",
        ("prefix = 'a-prefix-too-long'", "has 17 characters, at most 10 are allowed"),
    ),
    "an alias": ("dev", "workloads: [staging, prod]", "workloads: &a [*a]", ("anchors and aliases",)),
    "a foreign tag": ("dev", "ml-platform", "!!python/name:os.system x", ("tags.owner", "the tag", "is not read")),
}


def messages(folder: Folder) -> list[str]:
    return [str(problem) for problem in check(folder.path)]


def test_good_files_have_no_problems(folder: Folder) -> None:
    assert messages(folder) == []


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_in_words(folder: Folder, name: str) -> None:
    stack, old, new, parts = MISTAKES[name]
    folder.change(stack, old, new)
    found = messages(folder)
    assert any(all(part in message for part in parts) for message in found), "\n".join(found)
    assert not any(word in message for word in JARGON for message in found), "\n".join(found)


@pytest.mark.parametrize("name", sorted(MISTAKES.keys() - {"a salt", "a secrets provider"}))
def test_the_program_refuses_what_the_check_refuses(folder: Folder, name: str) -> None:
    stack, old, new, parts = MISTAKES[name]
    with pytest.raises(SettingsError) as caught:
        from_file(folder.change(stack, old, new))
    assert any(all(part in str(problem) for part in parts) for problem in caught.value.problems)


def test_a_laptop_keeps_its_own_salt(folder: Folder) -> None:
    assert from_file(folder.change("prod", "config:", "encryptionsalt: v1:abc\nconfig:")).prefix == "mlops"


# Each in a place of its own, so that none hides another: one mistake per key.
APART = (
    "a misspelt nested key",
    "an unknown instance type",
    "a network that is too large",
    "default providers of something else",
    "a wrong type",
    "an account id of 11 digits",
    "an unknown kind",
    "an unquoted account id with a leading zero",
    "an unknown region",
    "another namespace",
    "a salt",
    "an external id without a role",
    "a project id in capitals",
    "a share above 1",
    "bounds in the wrong order",
    "text for a section",
    "the network of Docker's bridge",
    "a tag with a character that IAM refuses",
    "an SSO role without its path",
    "a service of another region",
)


@given(chosen=st.sets(st.sampled_from(APART), min_size=1))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_planted_mistake_is_told_whatever_else_is_wrong(tmp_path: Path, chosen: set[str]) -> None:
    folder = Folder(tmp_path)
    # "another namespace" takes the anchor of "an external id": the other goes first.
    for name in sorted(chosen, key=lambda name: name == "another namespace"):
        stack, old, new, _ = MISTAKES[name]
        folder.change(stack, old, new)
    found = messages(folder)
    assert len(found) >= len(chosen)
    for name in chosen:
        # Line numbers move when mistakes are planted above; the rest of the message stays.
        parts = [part for part in MISTAKES[name][3] if not part.startswith("Pulumi.")]
        assert any(all(part in message for part in parts) for message in found), f"{name} in {found}"


def test_a_missing_file_says_which_there_are(folder: Folder) -> None:
    with pytest.raises(SettingsError, match=r"Pulumi\.stagng\.yaml  there is no such file; did you mean Pulumi\.stag"):
        from_file(folder.path / "Pulumi.stagng.yaml")


def test_broken_yaml_has_its_line_and_column(folder: Folder) -> None:
    folder.change("prod", "costCentre:", "costCentre")
    assert any("Pulumi.prod.yaml:10  broken YAML" in message and "(column " in message for message in messages(folder))


def test_a_folder_without_stack_files_is_a_problem(tmp_path: Path) -> None:
    assert "there is no stack file here" in str(check(tmp_path)[0])


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe", b"[1, 2]", b"config: 5", b"x" * 300_000, b"[" * 5000, b"a: &b\n- *b"]
)
def test_a_file_that_is_no_stack_file_is_a_problem(folder: Folder, content: bytes) -> None:
    folder.file("prod").write_bytes(content)
    found = messages(folder)
    assert found
    assert all(message.startswith("Pulumi.prod.yaml") for message in found[:1])


def test_a_long_name_of_a_stack_names_the_limit(folder: Folder) -> None:
    long = folder.file("a-production-account-far-away")
    folder.file("prod").rename(long)
    folder.change("dev", "[staging, prod]", "[staging, a-production-account-far-away]")
    assert any("bucket name" in message and "AWS allows 63" in message for message in messages(folder))


def test_a_broken_pulumi_yaml_is_a_problem_not_a_traceback(folder: Folder) -> None:
    (folder.path / "Pulumi.yaml").write_text("name: [")
    assert any(message.startswith("Pulumi.yaml:") for message in messages(folder))


def test_the_command_prints_problems_and_fails(folder: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--directory", str(folder.path)]) == 0
    assert capsys.readouterr().out == (
        "settings: 8 stack files (1 data-science, 3 foundation, 2 project, 2 workload), no problems\n"
    )
    folder.change("prod", "eu-west-1", "eu-west-9")
    assert main(["check", "--directory", str(folder.path)]) == 1
    assert "region = 'eu-west-9'  not an AWS region" in capsys.readouterr().out


def test_a_hostile_key_cannot_steer_the_terminal(folder: Folder) -> None:
    folder.change("prod", "owner:", '"own\\e[31mer\\nx":')
    assert all(message.isprintable() for message in messages(folder))


def test_nothing_is_listed_while_a_stack_file_is_broken(folder: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "--directory", str(folder.path)]) == 0
    assert capsys.readouterr().out.startswith("[")
    (folder.path / "Pulumi.broken.yaml").write_text("a: [")
    assert main(["list", "--directory", str(folder.path)]) == 1
    said = capsys.readouterr()
    assert (said.out, "Pulumi.broken.yaml" in said.err) == ("", True)
