"""A way into production that leaves out the test, the person or the look at who it was is found, whichever it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from policies.access.graph import PolicyGraph
from policies.access.graph.declared import PIPELINE
from policies.access.proofs.paths import way_to_production
from tests.policies.access.proofs.declared_changes import with_change

Props = dict[str, Any]
DEPLOY, ROLLBACK = "diabetes-mlops-deploy", "diabetes-mlops-rollback"


def stage(props: Props, name: str) -> Props:
    found: Props = next(one for one in props["stages"] if one["name"] == name)
    return found


def action(props: Props, stage_name: str, number: int = 0) -> Props:
    found: Props = stage(props, stage_name)["actions"][number]
    return found


def leave_out(name: str) -> Callable[[Props], None]:
    return lambda props: props["stages"].remove(stage(props, name))


def move_to_the_end(name: str) -> Callable[[Props], None]:
    def edit(props: Props) -> None:
        moved = stage(props, name)
        props["stages"].remove(moved)
        props["stages"].append(moved)

    return edit


def side_by_side(props: Props) -> None:
    """The person is asked while production changes."""
    props["stages"].remove(asked := stage(props, "Approve"))
    stage(props, "Production")["actions"].append({**asked["actions"][0], "runOrder": 1})


def skipped(name: str, variable: str) -> Callable[[Props], None]:
    rule = {
        "name": "Hotfix",
        "ruleTypeId": {"category": "Rule", "owner": "AWS", "provider": "VariableCheck", "version": "1"},
        "configuration": {"Variable": variable, "Operator": "NE", "Value": "yes"},
    }
    return lambda props: stage(props, name)["beforeEntry"]["condition"]["rules"].append(rule)


def goes_on(name: str) -> Callable[[Props], None]:
    return lambda props: stage(props, name).update(onFailure={"result": "SKIP"})


def configured(stage_name: str, **configuration: str) -> Callable[[Props], None]:
    return lambda props: action(props, stage_name)["configuration"].update(configuration)


def another_action(stage_name: str, **properties: Any) -> Callable[[Props], None]:
    return lambda props: stage(props, stage_name)["actions"].append(
        {"name": "More", "category": "Invoke", "owner": "AWS", "provider": "Lambda", "version": "1", **properties}
    )


def setting(**properties: Any) -> Callable[[Props], None]:
    return lambda props: props.update(properties)


def default(name: str, value: str) -> Callable[[Props], None]:
    return lambda props: next(one for one in props["variables"] if one["name"] == name).update(defaultValue=value)


PLANTED: Mapping[str, tuple[str, Callable[[Props], None], str]] = {
    "nobody is asked": (DEPLOY, leave_out("Approve"), "no person is asked before"),
    "nobody looks at who said yes": (DEPLOY, leave_out("Approved"), "nobody looks at who said yes"),
    "nothing is tested": (DEPLOY, leave_out("TestStaging"), "nothing was tested in staging"),
    "staging is left out": (DEPLOY, leave_out("Staging"), "nothing was tested in staging"),
    "staging comes last": (DEPLOY, move_to_the_end("Staging"), "nothing was tested in staging"),
    "the test comes last": (DEPLOY, move_to_the_end("TestStaging"), "nothing was tested in staging"),
    "the person is asked last": (DEPLOY, move_to_the_end("Approve"), "no person is asked before"),
    "the person is asked while production changes": (DEPLOY, side_by_side, "no person is asked before"),
    "the question is skipped": (DEPLOY, skipped("Approve", "#{variables.ModelPackageArn}"), "Approve is skipped where"),
    "the question is skipped by what a build says": (
        DEPLOY,
        skipped("Approve", "#{ChangesProduction.APPROVAL}"),
        "Approve is skipped where",
    ),
    "the test is skipped": (DEPLOY, skipped("TestStaging", "#{variables.Hotfix}"), "TestStaging is skipped where"),
    "a failed test is passed over": (DEPLOY, goes_on("TestStaging"), "TestStaging goes on when it fails"),
    "an unanswered question is passed over": (DEPLOY, goes_on("Approve"), "Approve goes on when it fails"),
    "a lighter test": (DEPLOY, configured("TestStaging", ProjectName="mlops-diabetes-deploy-verify"), "nothing was"),
    "another project's build": (DEPLOY, configured("TestStaging", ProjectName="mlops-screening-deploy-test"), "no bu"),
    "the test is of production": (DEPLOY, configured("TestStaging", EnvironmentVariables="[]"), "nothing was tested"),
    "staging is production": (DEPLOY, configured("Staging", DeploymentTargets="333333333333"), "no account of that"),
    "staging delivers production's set": (
        DEPLOY,
        configured("Staging", StackSetName="mlops-diabetes-production"),
        "no person is asked before",
    ),
    "staging enters with production's role": (
        DEPLOY,
        configured("Staging", ExecutionRoleName="mlops-production-diabetes-stackset-execution"),
        "has the ExecutionRoleName",
    ),
    "another artifact goes to production": (
        DEPLOY,
        lambda props: action(props, "Production").update(inputArtifacts=["Source"]),
        "takes its template or its parameters from somewhere else",
    ),
    "production's template is another artifact's": (
        DEPLOY,
        configured("Production", TemplatePath="Source::template.json"),
        "takes its template or its parameters from somewhere else",
    ),
    "the artifact is made again after the question": (
        DEPLOY,
        lambda props: action(props, "Approved").update(outputArtifacts=["Rendered"]),
        "not made once, before staging",
    ),
    "a function is called": (DEPLOY, another_action("Render"), "of which nobody knows what it changes"),
    "another pipeline is started": (
        DEPLOY,
        another_action("ChangesStaging", provider="CodePipeline"),
        "no person is asked before",
    ),
    "an action with a role of its own": (
        DEPLOY,
        lambda props: action(props, "Render").update(roleArn="arn:aws:iam::333333333333:role/r"),
        "acts with another role than the pipeline's",
    ),
    "more capabilities": (DEPLOY, configured("Production", Capabilities="CAPABILITY_NAMED_IAM"), "nobody read"),
    "another administration role": (
        DEPLOY,
        configured(
            "Production",
            AdministrationRoleArn="arn:aws:iam::111111111111:role/mlops/delivery/mlops-screening-stackset-administration",
        ),
        "which is not its project's",
    ),
    "runs overtake each other": (DEPLOY, setting(executionMode="PARALLEL"), "its runs overtake each other"),
    "a push starts it": (DEPLOY, setting(triggers=[{"providerType": "CodeStarSourceConnection"}]), "it has triggers"),
    "a run without a model deploys one": (
        DEPLOY,
        default("ModelPackageArn", "arn:aws:sagemaker:eu-west-1:111111111111:model-package/mlops-diabetes/1"),
        "entered by runs that nobody gave",
    ),
    "a stage that is always entered": (
        DEPLOY,
        lambda props: stage(props, "Production").pop("beforeEntry"),
        "entered by runs that nobody gave",
    ),
    "a way back that renders anew": (
        ROLLBACK,
        lambda props: action(props, "Render", 1)["configuration"].update(EnvironmentVariables="[]"),
        "brings back what no approver let in before",
    ),
    "a way back by another name": (ROLLBACK, setting(name="diabetes-mlops-hotfix"), "no person is asked before"),
}


def test_every_pipeline_of_the_example_tests_and_asks_before_production(graph: PolicyGraph) -> None:
    proof = way_to_production(graph)
    assert not proof.findings
    assert proof.queries > 40
    assert [line.partition(" ")[0] for line in proof.named] == [ROLLBACK, "screening-mlops-rollback"]


@pytest.mark.parametrize("planted", PLANTED, ids=str)
def test_a_way_around_the_test_or_the_person_is_found(graph: PolicyGraph, planted: str) -> None:
    name, edit, found = PLANTED[planted]
    titles = [finding.title for finding in way_to_production(with_change(graph, PIPELINE, name, edit)).findings]
    assert any(found in title for title in titles), titles
