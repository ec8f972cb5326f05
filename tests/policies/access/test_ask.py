"""`python -m policies.access ask FILE.json`: answers for good questions, sentences for bad ones."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from policies.access.__main__ import app
from tests.policies.access.evaluator.factories import ACCOUNT, FULL, KEY, OTHER_ACCOUNT, ROLE, allow, deny, policy

REPOSITORY = Path(__file__).parents[3]
READ = policy(allow("s3:GetObject", "arn:aws:s3:::models/*", Sid="ReadOwnModels"))


def ask(tmp_path: Path, content: Any) -> tuple[int, str, list[str]]:
    """Exit code, standard output and the lines of standard error."""
    file = tmp_path / "questions.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    result = CliRunner().invoke(app, ["ask", str(file)])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.exit_code, result.stdout, [line.replace(str(file), "FILE") for line in result.stderr.splitlines()]


def question(**fields: Any) -> dict[str, Any]:
    """A good question with these fields."""
    base = {
        "id": "q1",
        "principal": ROLE,
        "account": ACCOUNT,
        "action": "s3:GetObject",
        "resource": "arn:aws:s3:::models/a",
    }
    return {**base, **fields}


def problems(tmp_path: Path, **fields: Any) -> list[str]:
    """The complaints about one question with these fields; it must not be answered."""
    code, output, errors = ask(tmp_path, [question(**fields)])
    assert (code, output) == (1, "")
    return errors


def test_questions_are_answered_in_order_with_the_deciding_statement(tmp_path: Path) -> None:
    complete = {
        **question(
            id="all", identity=[READ], owner=None, context={"aws:SecureTransport": True, "a:n": 5, "a:l": ["x", 1]}
        ),
        **{"resource_policy": None, "endpoint_policy": None, "boundary": None, "scps": None, "session": None},
    }
    denied = question(id=2, identity=[READ], resource_policy=policy(deny("s3:*", Principal="*", Sid="DenyNoVPC")))
    code, output, errors = ask(tmp_path, [complete, denied])
    assert (code, errors) == (0, [])
    assert json.loads(output) == [
        {"id": "all", "allowed": True, "because": "Allow ReadOwnModels in identity policy 1"},
        {"id": 2, "allowed": False, "because": "Deny DenyNoVPC in the resource policy"},
    ]


def test_a_document_may_be_given_as_the_text_of_its_json(tmp_path: Path) -> None:
    code, output, _ = ask(tmp_path, [question(identity=[json.dumps(READ)])])
    assert code == 0
    assert json.loads(output)[0]["allowed"] is True


def test_every_kind_of_policy_takes_part(tmp_path: Path) -> None:
    silent = policy(allow("ec2:*"))
    open_rcp = policy(allow(Principal="*"))
    good: dict[str, Any] = {
        "identity": [READ],
        "boundary": FULL,
        "session": FULL,
        "scps": [[FULL], [FULL]],
        "rcps": [[open_rcp]],
        "endpoint_policy": open_rcp,
    }
    bad: dict[str, Any] = {
        "identity": [silent],
        "boundary": silent,
        "session": silent,
        "scps": [[FULL], [silent]],
        "rcps": [[policy(deny("s3:*", Principal="*"))]],
        "endpoint_policy": policy(allow("ec2:*", Principal="*")),
    }
    questions = [question(id="good", **good), *(question(id=name, **{**good, name: bad[name]}) for name in sorted(bad))]
    code, output, _ = ask(tmp_path, questions)
    assert code == 0
    assert [entry["id"] for entry in json.loads(output) if entry["allowed"]] == ["good"]


def test_an_owner_of_null_is_the_account_itself(tmp_path: Path) -> None:
    _, output, _ = ask(
        tmp_path, [question(identity=[READ], owner=None), question(identity=[READ], owner=OTHER_ACCOUNT)]
    )
    assert [entry["allowed"] for entry in json.loads(output)] == [True, False]


def test_grants_are_read(tmp_path: Path) -> None:
    grant = {"grantee": ROLE, "operations": ["Decrypt"], "constraints": {"EncryptionContextEquals": {"a": "1"}}}
    fields = {"action": "kms:Decrypt", "resource": KEY, "grants": [grant]}
    context = {"kms:EncryptionContext:a": "1"}
    _, output, _ = ask(tmp_path, [question(context=context, **fields), question(**fields)])
    assert [entry["allowed"] for entry in json.loads(output)] == [True, False]


def test_an_empty_list_has_no_answers(tmp_path: Path) -> None:
    assert ask(tmp_path, []) == (0, "[]\n", [])


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (
            "{",
            (
                "FILE: is not JSON (Expecting property name enclosed in double quotes at line 1, column 2); "
                "correct it there."
            ),
        ),
        ("{}", "FILE: the file holds an object; it must hold a JSON list of questions."),
        ("[5]", "question number 1: is a number; it must be an object."),
        (
            '[{"id": "a", "id": "b"}]',
            "FILE: the key id is given twice in one object; keep valid JSON with each key once.",
        ),
        ("[NaN]", "FILE: NaN is not JSON; keep valid JSON with each key once."),
        ("[" * 100_000, "FILE: is nested too deeply to be a policy; correct it."),
    ],
)
def test_a_file_that_holds_no_questions_is_refused(tmp_path: Path, content: str, expected: str) -> None:
    assert ask(tmp_path, content) == (1, "", [expected])


def test_a_file_that_is_missing_or_no_text_is_refused(tmp_path: Path) -> None:
    missing = CliRunner().invoke(app, ["ask", str(tmp_path / "none.json")])
    assert missing.exit_code == 1
    assert (
        missing.stderr == f"{tmp_path / 'none.json'}: cannot be read (no such file or directory); name a JSON file.\n"
    )
    (tmp_path / "bytes.json").write_bytes(b"[\x80]")
    bytes_file = CliRunner().invoke(app, ["ask", str(tmp_path / "bytes.json")])
    assert bytes_file.stderr == f"{tmp_path / 'bytes.json'}: is not text in UTF-8: write it again in UTF-8.\n"


_FIELDS = (
    "id, principal, action, resource, account, owner, identity, resource_policy, endpoint_policy, boundary, session, "
    "scps, rcps, grants, context"
)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (
            {"resourcepolicy": None},
            f"question q1: unknown field resourcepolicy (did you mean resource_policy?); allowed are {_FIELDS}.",
        ),
        ({"action": None}, "question q1: action is missing; give it as text."),
        ({"resource": 5}, "question q1: resource is not text; give it as text."),
        ({"action": "s3:*"}, "question q1: action 's3:*' is not one action; write \"service:Name\" without wildcards."),
        (
            {"resource": "models/a"},
            "question q1: resource 'models/a' is not an ARN; write one, or \"*\" for an action without a resource.",
        ),
        (
            {"account": 111122223333},
            "question q1: account is 111122223333; it must be an account id of 12 digits in quotes, or null.",
        ),
        (
            {"account": OTHER_ACCOUNT},
            f"question q1: account is {OTHER_ACCOUNT}, but the principal is of account {ACCOUNT}; make them equal.",
        ),
        (
            {"principal": "Reader", "owner": ACCOUNT},
            (
                "question q1: principal 'Reader' is not known; write the ARN of a role, role session, user, "
                'federated user or account root, a service such as events.amazonaws.com, or "*".'
            ),
        ),
        (
            {"principal": "*", "account": None},
            "question q1: owner is missing and the principal has no account; give the account id of the resource.",
        ),
        ({"context": []}, "question q1: context is a list; it must be an object of condition keys."),
        ({"context": {"a:b": {}}}, "question q1: context a:b must be text, a number, a Boolean or a list of these."),
        (
            {"context": {"aws:username": "reader"}},
            "question q1: context aws:username is given, and no request of this principal (role) has it; remove it.",
        ),
        (
            {"context": {"aws:PrincipalAccount": OTHER_ACCOUNT}},
            (
                f"question q1: context aws:PrincipalAccount is {OTHER_ACCOUNT}, and AWS gives it the value {ACCOUNT}; "
                "leave it out or correct it."
            ),
        ),
        (
            {"context": {"aws:SourceVpcEndpoint": "vpce-1"}},
            (
                "question q1: context aws:SourceVpcEndpoint is no global condition key of AWS (did you mean "
                "aws:SourceVpce?); correct its name."
            ),
        ),
        (
            {"context": {"aws:PrincipalOrgId2": "o-1"}},
            (
                "question q1: context aws:PrincipalOrgId2 is no global condition key of AWS (did you mean "
                "aws:PrincipalOrgID?); correct its name."
            ),
        ),
        (
            {"context": {"aws:SecureTransport": "yes"}},
            "question q1: context aws:SecureTransport is 'yes', which is no value of that key; correct it.",
        ),
        (
            {"context": {"aws:PrincipalOrgID": ["o-1", "o-2"]}},
            "question q1: context aws:PrincipalOrgID has 2 values, and the key has one; give one.",
        ),
        (
            {"context": {"aws:SourceIp": "192.0.2.1", "aws:SourceVpce": "vpce-1"}},
            (
                "question q1: context aws:SourceIp is given for a request through a VPC endpoint, which has "
                "aws:VpcSourceIp instead; leave one of them out."
            ),
        ),
        (
            {"context": {"aws:PrincipalArn": f"{ROLE}2"}},
            f"question q1: context aws:PrincipalArn is {ROLE}2, and the principal is {ROLE}; make them equal.",
        ),
        (
            {"grants": [{"grantee": ROLE, "operations": [], "retiring_principal": "me"}]},
            (
                "question q1: grant 1 has a retiring_principal that is no ARN; give the ARN of a principal, or leave "
                "it out."
            ),
        ),
        ({"identity": READ}, "question q1: identity is an object; it must be a list of policy documents."),
        (
            {"identity": [None]},
            "question q1: identity holds null; leave a document that does not exist out of the list.",
        ),
        ({"scps": [FULL]}, "question q1: scps must be a list of levels, root first, each a list of policy documents."),
        ({"scps": [[None]]}, "question q1: scps holds null; leave a document that does not exist out of its level."),
        (
            {"identity": ["{"]},
            (
                "question q1, identity policy 1: is not JSON (Expecting property name enclosed in double "
                "quotes at line 1, column 2); correct it there."
            ),
        ),
        (
            {"identity": ["5"]},
            "question q1, identity policy 1: a policy is a JSON object, not a number; give one with Statement.",
        ),
        (
            {"boundary": '{"Statement": [], "Statement": []}'},
            (
                "question q1, permissions boundary: the key Statement is given twice in one object; keep "
                "valid JSON with each key once."
            ),
        ),
        (
            {"session": {"Statement": [{}]}, "identity": None},
            "question q1, session policy, statement 1: Effect is missing; it must be Allow or Deny.",
        ),
        (
            {"resource_policy": policy(allow(Principal={"AWS": "AROAEXAMPLEROLEID"}))},
            (
                "question q1, resource policy: the principal AROAEXAMPLEROLEID is the unique id of a user or "
                "role that was deleted; AWS refuses to save it, name the ARN of one that exists."
            ),
        ),
        (
            {"identity": [policy(allow(Condition={"StringEquals": {"a:b": "zł"}}))]},
            (
                "question q1, identity policy 1: the character 'ł' is not allowed; a policy may hold tab, "
                "line feed, carriage return and U+0020 to U+00FF only, remove it."
            ),
        ),
        (
            {"resource_policy": policy(allow(Principal={"CanonicalUser": "79a5"}))},
            (
                "question q1, resource policy: whose account the CanonicalUser 79a5 is, Amazon S3 alone knows; "
                "name the account under AWS."
            ),
        ),
        ({"grants": {}}, "question q1: grants is an object; it must be a list of objects."),
        (
            {"grants": [{"grantee": ROLE, "operations": []}, 5]},
            "question q1: grant 2 is a number; it must be an object.",
        ),
        (
            {"grants": [{"grantee": "me", "operations": []}]},
            "question q1: grant 1 has no grantee; give the ARN of a principal.",
        ),
        (
            {"grants": [{"grantee": ROLE, "operations": "Decrypt"}]},
            'question q1: grant 1 has no operations; give a list such as ["Decrypt"].',
        ),
        (
            {"grants": [{"grantee": ROLE, "operations": [], "constraints": {"SourceArn": "x"}}]},
            (
                "question q1: grant 1 has the unknown constraint SourceArn; allowed are "
                "EncryptionContextEquals, EncryptionContextSubset."
            ),
        ),
    ],
)
def test_a_bad_question_is_named_and_not_answered(tmp_path: Path, fields: dict[str, Any], expected: str) -> None:
    assert expected in problems(tmp_path, **fields)


def test_all_defects_of_all_questions_are_named_at_once(tmp_path: Path) -> None:
    broken = policy(allow(Effect="Alow"), allow(Condition={"StringEqual": {"a:b": "c"}}))
    code, output, errors = ask(
        tmp_path, [question(identity=[READ]), question(id="q2", identity=[broken]), question(id="q3", action="x")]
    )
    assert (code, output) == (1, "")
    assert [error.split(":")[0] for error in errors] == [
        "question q2, identity policy 1, statement 1",
        "question q2, identity policy 1, statement 2",
        "question q3",
    ]


def _long(size: int, **elements: Any) -> dict[str, Any]:
    """A document whose compact JSON has exactly `size` characters."""
    document = policy(allow("s3:GetObject", elements.pop("resource", "*"), Sid="", **elements))
    missing = size - len(json.dumps(document, separators=(",", ":")))
    document["Statement"][0]["Sid"] = "x" * missing
    return document


@pytest.mark.parametrize(
    ("field", "limit", "fields", "elements"),
    [
        ("boundary", 6_144, {}, {}),
        ("endpoint_policy", 20_480, {}, {"Principal": "*"}),
        ("identity", 10_240, {}, {}),
        ("rcps", 5_120, {}, {"Principal": "*", "Effect": "Deny"}),
        ("resource_policy", 20_480, {}, {"Principal": "*"}),
        ("resource_policy", 10_240, {"resource": f"arn:aws:ecr:eu-west-1:{ACCOUNT}:repository/r"}, {"Principal": "*"}),
        ("resource_policy", 32_768, {"resource": KEY, "action": "kms:Decrypt"}, {"Principal": "*"}),
        (
            "resource_policy",
            2_048,
            {"resource": ROLE, "action": "sts:AssumeRole"},
            {"Principal": "*", "resource": None},
        ),
        ("scps", 10_240, {}, {}),
        ("session", 2_048, {}, {}),
    ],
)
def test_a_policy_over_its_limit_is_refused_and_one_at_its_limit_is_not(
    tmp_path: Path, field: str, limit: int, fields: dict[str, Any], elements: dict[str, Any]
) -> None:
    def shaped(document: dict[str, Any]) -> Any:
        return {"identity": [document], "scps": [[document]], "rcps": [[document]]}.get(field, document)

    code, _, errors = ask(tmp_path, [question(**fields, **{field: shaped(_long(limit, **elements))})])
    assert (code, errors) == (0, [])
    found = problems(tmp_path, **fields, **{field: shaped(_long(limit + 1, **elements))})
    assert len(found) == 1
    assert f"the policy has {limit + 1:,} " in found[0]
    assert f"over the limit of {limit:,} for a" in found[0]


def test_white_space_counts_where_aws_counts_it(tmp_path: Path) -> None:
    spaced = " " * 10_240 + json.dumps(READ)
    assert ask(tmp_path, [question(identity=[spaced])])[0] == 0
    found = problems(tmp_path, scps=[[spaced]])
    assert "over the limit of 10,240 for a service control policy" in found[0]


def test_bytes_count_where_aws_counts_bytes(tmp_path: Path) -> None:
    within = _long(20_480, Principal="*")
    within["Statement"][0]["Sid"] = "é" + within["Statement"][0]["Sid"][1:]
    assert "has 20,481 bytes" in problems(tmp_path, resource_policy=within)[0]
    assert ask(tmp_path, [question(endpoint_policy=within)])[0] == 0


def test_the_module_runs_as_a_command(tmp_path: Path) -> None:
    file = tmp_path / "questions.json"
    file.write_text(json.dumps([question(identity=[READ])]), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "policies.access", "ask", str(file)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == [
        {"id": "q1", "allowed": True, "because": "Allow ReadOwnModels in identity policy 1"}
    ]
