"""The language of pipeline definitions."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from typing import Any

import pytest

from assumptions.outcomes import failing
from rehearsal.sagemaker import steps as steps_package
from rehearsal.sagemaker.definition import check, dependencies, every_step, in_order, parameters
from rehearsal.sagemaker.expressions import DefinitionError, PipelineExpressions, walk
from rehearsal.sagemaker.step_runner import seconds_of
from rehearsal.sagemaker.step_types import StepType
from rehearsal.sagemaker.steps import STEP_TYPES

DAY = 86_400.0
REPORT = {"metrics": {"auc": {"value": 0.93}}, "gate": {"passed": 1}, "list": [{"a": "b"}]}


def expressions() -> PipelineExpressions:
    evaluator = PipelineExpressions(
        parameters={"threshold": 0.9, "depth": 3},
        execution={"PipelineExecutionId": "abc"},
        read_json=lambda address: {"s3://b/out/report.json": REPORT}[address],
    )
    outputs = [{"OutputName": "train", "S3Output": {"S3Uri": "s3://b/train"}}]
    evaluator.steps["prepare"] = {"ProcessingOutputConfig": {"Outputs": outputs}}
    evaluator.property_files["evaluate"] = {"Report": "s3://b/out/report.json"}
    return evaluator


def json_get(path: str) -> dict[str, Any]:
    return {"Std:JsonGet": {"PropertyFile": {"Get": "Steps.evaluate.PropertyFiles.Report"}, "Path": path}}


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ({"Get": "Parameters.threshold"}, 0.9),
        ({"Get": "Execution.PipelineExecutionId"}, "abc"),
        ({"Get": "Steps.prepare.ProcessingOutputConfig.Outputs['train'].S3Output.S3Uri"}, "s3://b/train"),
        ({"Std:Join": {"On": "/", "Values": ["a", {"Get": "Parameters.depth"}, 0.5]}}, "a/3/0.5"),
        (json_get("metrics.auc.value"), 0.93),
        (json_get("metrics['auc'].value"), 0.93),
        (json_get("list[0].a"), "b"),
        ({"Std:JsonGet": {"S3Uri": "s3://b/out/report.json", "Path": "gate.passed"}}, 1),
        ({"A": [{"Get": "Parameters.depth"}], "B": {"C": 1, "D": 2}}, {"A": [3], "B": {"C": 1, "D": 2}}),
    ],
)
def test_expressions_have_values(expression: Any, expected: Any) -> None:
    assert expressions().value(expression) == expected


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ({"Get": "Parameters.nothing"}, "parameter nothing does not exist; there are depth, threshold"),
        ({"Get": "Steps.train.ModelArtifacts"}, "step train has not run before"),
        ({"Get": "Secrets.x"}, "Get knows Parameters, Steps and Execution"),
        ({"Std:Sum": [1, 2]}, "function Std:Sum is unknown"),
        (json_get("metrics.rmse.value"), "there is no rmse; there is auc"),
        ({"Std:Join": {"On": "", "Values": [{"a": 1, "b": 2}]}}, "not structures"),
    ],
)
def test_an_expression_without_a_value_says_what_there_is(expression: Any, message: str) -> None:
    with pytest.raises(DefinitionError, match=message):
        expressions().value(expression)


def condition(kind: str, left: Any, right: Any) -> dict[str, Any]:
    return {"Type": kind, "LeftValue": left, "RightValue": right}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (condition("GreaterThanOrEqualTo", json_get("metrics.auc.value"), {"Get": "Parameters.threshold"}), True),
        (condition("GreaterThan", 1, 1), False),
        (condition("LessThan", 0.5, 1), True),
        (condition("LessThanOrEqualTo", 2, 1), False),
        (condition("Equals", json_get("gate.passed"), 1), True),
        (condition("GreaterThan", float("nan"), 0), False),
        ({"Type": "Not", "Expression": condition("Equals", 1, 2)}, True),
        ({"Type": "Or", "Conditions": [condition("Equals", 1, 2), condition("Equals", 1, 1)]}, True),
        ({"Type": "In", "QueryValue": "a", "Values": ["b", "a"]}, True),
    ],
)
def test_conditions_hold_or_not(given: dict[str, Any], expected: bool) -> None:
    assert expressions().holds(given) is expected


def test_text_is_not_compared_with_a_number() -> None:
    with pytest.raises(DefinitionError, match="compares text with a number"):
        expressions().holds(condition("GreaterThan", "0.9", 0.5))


def test_parameters_are_typed_and_every_wrong_one_is_named() -> None:
    declared = {
        "Parameters": [
            {"Name": "depth", "Type": "Integer", "DefaultValue": 3},
            {"Name": "kind", "Type": "String", "EnumValues": ["a", "b"], "DefaultValue": "a"},
            {"Name": "uri", "Type": "String"},
        ]
    }
    given = [{"Name": "depth", "Value": "7"}, {"Name": "uri", "Value": "s3://x"}]
    assert parameters(declared, given) == {"depth": 7, "kind": "a", "uri": "s3://x"}
    wrong = [{"Name": "depth", "Value": "deep"}, {"Name": "kind", "Value": "c"}, {"Name": "dept", "Value": "1"}]
    with pytest.raises(DefinitionError) as error:
        parameters(declared, wrong)
    for part in ("dept is not declared", "uri has no value", "'deep', not of type Integer", "allowed: a, b"):
        assert part in str(error.value)


def test_steps_run_after_what_they_use() -> None:
    uses = {"Name": "evaluate", "Type": "Processing", "Arguments": {"A": {"Get": "Steps.train.Arn"}}}
    after = {"Name": "train", "Type": "Training", "Arguments": {}, "DependsOn": ["prepare"]}
    first = {"Name": "prepare", "Type": "Processing", "Arguments": {}}
    assert [step["Name"] for step in in_order([uses, after, first])] == ["prepare", "train", "evaluate"]
    with pytest.raises(DefinitionError, match="wait for each other"):
        in_order([uses, {**after, "DependsOn": ["evaluate"]}])


def test_steps_that_depend_on_nothing_keep_the_order_of_the_definition() -> None:
    steps = [{"Name": name, "Type": "Training", "Arguments": {}} for name in "cab"]
    assert [step["Name"] for step in in_order(steps)] == ["c", "a", "b"]
    waiting = [{**steps[0], "DependsOn": ["a"]}, steps[1], steps[2]]
    assert [step["Name"] for step in in_order(waiting)] == ["a", "c", "b"]


def test_a_step_waits_for_what_the_branches_of_a_condition_use() -> None:
    inner = {"Name": "register", "Type": "RegisterModel", "Arguments": {"A": {"Get": "Steps.train.Arn"}}}
    condition = {"Name": "check", "Type": "Condition", "Arguments": {"Conditions": [], "IfSteps": [inner]}}
    train = {"Name": "train", "Type": "Training", "Arguments": {}}
    assert dependencies(condition) == set()
    assert [step["Name"] for step in every_step([condition])] == ["check", "register"]
    assert [step["Name"] for step in in_order([condition, train])] == ["train", "check"]


def test_every_module_of_steps_gives_one_step_type() -> None:
    for info in pkgutil.iter_modules(steps_package.__path__):
        module = import_module(f"{steps_package.__name__}.{info.name}")
        (step_type,) = [value for value in vars(module).values() if isinstance(value, StepType)]
        assert STEP_TYPES[step_type.name] is step_type


def test_a_step_type_that_is_not_run_is_refused_before_anything_runs() -> None:
    steps = [{"Name": "tune", "Type": "Tuning", "Arguments": {}}]
    with pytest.raises(DefinitionError, match=r"step tune is of type Tuning; known are .*Processing, .*Training"):
        check({"Version": "2020-12-01", "Steps": steps})


def test_a_path_with_nonsense_is_refused() -> None:
    with pytest.raises(DefinitionError, match="cannot be read from"):
        walk({"a": {}}, "a[[", "x")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("P30D", 30 * DAY),
        ("PT12H", DAY / 2),
        ("T12h", DAY / 2),
        ("P1Y2M", (365 + 60) * DAY),
        ("P1W2DT3H4M5S", 9 * DAY + 11_045),
        ("30d", 30 * DAY),
        ("P0D", 0),
    ],
)
def test_cache_expiry_is_a_duration(text: str, seconds: float) -> None:
    assert seconds_of(text) == seconds


@pytest.mark.parametrize(
    "text",
    ["", "P", "PT", "a week", "-P1D", "P-1D", "P1.5D", "P1,5D", "P1D1Y", "P0001-01-01T00:00:00", "P00010101", "P1H"],
)
def test_what_is_no_duration_of_whole_numbers_is_refused(text: str) -> None:
    with pytest.raises(DefinitionError, match="is no ISO 8601 duration such as P30D or PT12H"):
        seconds_of(text)


def test_a_property_file_within_a_join_is_refused_where_aws_refuses_it() -> None:
    within = PipelineExpressions({}, {}, lambda _: {"a": 1})
    joined = {"Std:Join": {"On": "", "Values": ["a ", {"Std:JsonGet": {"S3Uri": "s3://b/k", "Path": "a"}}]}}
    assert within.value(joined) == "a 1"
    with failing(["json-get-within-join"]), pytest.raises(DefinitionError, match="no operand of Std:Join"):
        within.value(joined)
