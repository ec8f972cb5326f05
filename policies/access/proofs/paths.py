"""The way into production: what every pipeline does before, in which order, and what no stage may be skipped by.

A pipeline is read as it is declared. An action that is not known to build, to test, to ask a person or to deliver to
staging counts as one that changes production.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from catalog.names import ProjectNames
from catalog.roles import RoleKind
from policies.access.graph import PolicyGraph
from policies.access.graph.declared import BUILD, PIPELINE, DeclaredResource
from policies.access.graph.pipelines import Action, Check, Stage, stages
from policies.access.graph.purposes import roles_of_kind, roles_there_before
from policies.access.proofs.theorem import Finding, ProofOutcome, Theorem

_SOURCE, _BUILD, _TEST = ("Source", "AWS", "S3"), ("Build", "AWS", "CodeBuild"), ("Test", "AWS", "CodeBuild")
_APPROVAL, _DELIVERY = ("Approval", "AWS", "Manual"), ("Deploy", "AWS", "CloudFormationStackSet")
_STAGING, _PRODUCTION, _ROLLBACK = "staging", "production", "rollback"
# What the action of a delivery says, and no more: capabilities or another region would be something that nobody read.
# Source: AWS CodePipeline User Guide, "AWS CloudFormation StackSets deploy action reference".
_DELIVERY_KEYS = frozenset(
    (
        *("AdministrationRoleArn", "ConcurrencyMode", "DeploymentTargets", "ExecutionRoleName"),
        *("FailureTolerancePercentage", "MaxConcurrentPercentage", "Parameters", "PermissionModel", "Regions"),
        *("StackSetName", "TemplatePath"),
    )
)
# A check of a value that a run has from its beginning to its end, so that two stages with it are skipped together.
_SAME_FOR_A_RUN = ("AWS", "VariableCheck")
# What rendering says where a change takes nothing from production, and nobody needs to be asked.
_NOT_NEEDED = {"Operator": "NE", "Value": "not needed", "Variable": "#{ChangesProduction.APPROVAL}"}
# What happens when a stage fails: it ends, or is tried again. Source: AWS CodePipeline User Guide, "Configure stage
# conditions for a pipeline"; SKIP goes on as if it had not failed.
_ENDS = frozenset({"FAIL", "RETRY"})


@dataclass(frozen=True)
class _Path:
    """One pipeline, and what is found against it."""

    graph: PolicyGraph
    pipeline: DeclaredResource

    @cached_property
    def names(self) -> ProjectNames:
        return ProjectNames(self.graph.prefix, self.pipeline.project)

    @cached_property
    def stages(self) -> tuple[Stage, ...]:
        return stages(self.pipeline)

    @cached_property
    def actions(self) -> list[Action]:
        return [action for stage in self.stages for action in stage.actions]

    @cached_property
    def goes_back(self) -> bool:
        """Whether it brings a stage back to what was let in before: it is named so, and tells rendering so."""
        return bool(self.pipeline.project) and self.pipeline.name == self.names.code_pipeline(_ROLLBACK)

    def stage_of(self, action: Action) -> str:
        """The stage that an action delivers to; an unknown one counts as production."""
        if action.kind == _DELIVERY and action.text("StackSetName") == self.names.stack_set(_STAGING):
            return _STAGING
        return _PRODUCTION

    def delivers(self, action: Action) -> bool:
        return action.kind not in (_SOURCE, _BUILD, _TEST, _APPROVAL)

    def reaching(self) -> list[Action]:
        """Actions that change production, or might."""
        return [one for one in self.actions if self.delivers(one) and self.stage_of(one) == _PRODUCTION]

    def problems(self) -> Iterator[str]:
        if not self.actions:
            yield "no stage of it can be read"
            return
        yield from self._entered_by_events()
        for action in self.actions:
            yield from self._odd(action)
        if reaching := self.reaching():
            yield from self._one_at_a_time()
            for action in reaching:
                yield from self._restored(action) if self.goes_back else self._let_in(action)

    # ---- each action by itself

    def _odd(self, action: Action) -> Iterator[str]:
        name = f"action {action.name}"
        if action.kind not in (_SOURCE, _BUILD, _TEST, _APPROVAL, _DELIVERY):
            yield f"{name} is a {' '.join(action.kind)}, of which nobody knows what it changes"
        if action.role_arn:
            yield f"{name} acts with another role than the pipeline's, {action.role_arn}"
        if action.others or action.region not in ("", self.pipeline.region):
            yield f"{name} says something that nobody read: {', '.join(action.others) or action.region}"
        if action.kind in (_BUILD, _TEST):
            yield from self._build(action)
        if action.kind == _DELIVERY:
            yield from self._delivery(action)

    def _build(self, action: Action) -> Iterator[str]:
        build = self._declared_build(action)
        if build is None:
            yield f"action {action.name} runs {action.text('ProjectName')}, which is no build of its project"
        if action.variables() is None:
            yield f"action {action.name} gives its build variables that cannot be read"

    def _declared_build(self, action: Action) -> DeclaredResource | None:
        found = self._builds.get((self.pipeline.account, action.text("ProjectName")))
        return found if found and found.project == self.pipeline.project else None

    @cached_property
    def _builds(self) -> Mapping[tuple[str, str], DeclaredResource]:
        return {(build.account, build.name): build for build in self.graph.declared_of(BUILD)}

    def _delivery(self, action: Action) -> Iterator[str]:
        """It delivers to one stage of its own project, with the roles that are meant to, and says nothing else."""
        stage, name = self.stage_of(action), f"action {action.name}"
        administration = [
            role.arn
            for role in roles_of_kind(self.graph, RoleKind.STACK_SET_ADMINISTRATION)
            if role.project == self.pipeline.project
        ]
        administration = administration or roles_there_before(self.graph)
        meant = {
            "StackSetName": self.names.stack_set(stage),
            "ExecutionRoleName": self.names.stage_role(stage, RoleKind.STACK_SET_EXECUTION),
            "PermissionModel": "SELF_MANAGED",
        }
        for key, value in meant.items():
            if action.text(key) != value:
                yield f"{name} to {stage} has the {key} {action.text(key) or 'none'}, not {value}"
        if action.text("AdministrationRoleArn") not in administration:
            yield f"{name} acts with {action.text('AdministrationRoleArn')}, which is not its project's"
        if unknown := sorted(set(action.configuration) - _DELIVERY_KEYS):
            yield f"{name} is configured by {', '.join(unknown)}, which nobody read"
        targets = {target.strip() for target in action.text("DeploymentTargets").split(",")}
        if strange := sorted(targets - self._accounts(stage)):
            yield f"{name} to {stage} delivers to {', '.join(strange) or 'nowhere'}, which is no account of that stage"
        if len(action.inputs) != 1 or any(
            not action.text(key).startswith(f"{action.inputs[0]}::") for key in ("TemplatePath", "Parameters")
        ):
            yield f"{name} takes its template or its parameters from somewhere else than its one artifact"

    def _accounts(self, stage: str) -> set[str]:
        of_stage = {self.graph.stacks.get(stack, "") for stack, its in self.graph.stages.items() if its == stage}
        return of_stage | self.graph.equivalent_accounts

    # ---- what begins a run

    def _entered_by_events(self) -> Iterator[str]:
        """A run that nobody gave a variable does nothing: CodePipeline starts one when a pipeline is made."""
        defaults = {str(one.get("name")): one.get("defaultValue") for one in self.pipeline.items("variables")}
        if self.pipeline.is_set("triggers"):
            yield "it has triggers: something else than its project's function starts it"
        for stage in self.stages:
            for odd in stage.odd:
                yield f"stage {stage.name} says something that nobody read: {odd}"
        for stage in self.stages[1:]:
            if not any(_keeps_out(check, defaults) for check in stage.skipped_unless):
                yield f"stage {stage.name} is entered by runs that nobody gave what they are for"

    def _one_at_a_time(self) -> Iterator[str]:
        """Otherwise a second run delivers to staging between the first one's delivery and its test."""
        mode = self.pipeline.text("executionMode")
        if mode != "QUEUED":
            yield f"its runs overtake each other ({mode or 'SUPERSEDED'}): what is tested need not be what goes on"

    # ---- before production

    def _let_in(self, action: Action) -> Iterator[str]:
        """Delivery to staging, its test, a person's yes and the look at whose it was, one after another."""
        asked = [one for one in self.actions if one.kind == _APPROVAL and one.before(action)]
        looked = [one for one in self._looking() if one.before(action) and any(yes.before(one) for yes in asked)]
        if not asked:
            yield f"action {action.name} reaches production, and no person is asked before"
            return
        if not looked:
            yield f"action {action.name} reaches production, and nobody looks at who said yes"
        yield from self._not_skipped([*asked[:1], *looked[:1]], action, self._unasked(looked))
        if self._serves(_STAGING):
            yield from self._tested(action, asked[0])

    def _looking(self) -> list[Action]:
        """Builds that refuse where the person who said yes is the one who handed the code over."""
        render = self.names.name("deploy")
        return [
            one
            for one in self.actions
            if one.kind == _BUILD
            and one.text("ProjectName") == render
            and (one.variables() or {}).get("STEP") == "approved"
        ]

    def _unasked(self, looked: Sequence[Action]) -> frozenset[Check]:
        """The one check that may skip the question alone: the action after it is told, and looks itself."""
        told = [(one.variables() or {}).get("APPROVAL") == _NOT_NEEDED["Variable"] for one in looked]
        if not told or not all(told):
            return frozenset()
        return frozenset([Check(kind=_SAME_FOR_A_RUN, configuration=json.dumps(_NOT_NEEDED, sort_keys=True))])

    def _tested(self, action: Action, asked: Action) -> Iterator[str]:
        test = self.names.name("deploy-test")
        delivered = [one for one in self.actions if self.delivers(one) and self.stage_of(one) == _STAGING]
        tests = [
            one
            for one in self.actions
            if one.kind == _TEST
            and one.text("ProjectName") == test
            and (one.variables() or {}).get("STAGE") == _STAGING
            and one.before(asked)
            and delivered
            and all(update.before(one) for update in delivered)
        ]
        if not tests:
            yield f"action {action.name} reaches production, and nothing was tested in staging before somebody is asked"
            return
        yield from self._not_skipped([*delivered, tests[0]], action, frozenset())
        artifacts = {one.inputs for one in (*delivered, tests[0])}
        if artifacts != {action.inputs}:
            yield f"action {action.name} delivers another artifact to production than was tested in staging"
        makers = [one for one in self.actions if set(one.outputs) & set(action.inputs)]
        if len(makers) != 1 or not makers[0].before(delivered[0]):
            yield f"action {action.name} delivers an artifact that is not made once, before staging"

    def _not_skipped(self, needed: Sequence[Action], action: Action, spared: frozenset[Check]) -> Iterator[str]:
        """Whatever skips one of these actions skips the one that reaches production too."""
        later = self.stages[action.stage].skipped_unless
        for stage in dict.fromkeys(self.stages[one.stage] for one in needed):
            alone = stage.skipped_unless - later - spared
            changing = [check for check in stage.skipped_unless - spared if check.kind != _SAME_FOR_A_RUN]
            if alone or changing:
                yield f"stage {stage.name} is skipped where stage {self.stages[action.stage].name} is not"
            if stage.on_failure - _ENDS - ({"ROLLBACK"} if stage.actions[0].kind == _DELIVERY else set()):
                yield f"stage {stage.name} goes on when it fails ({', '.join(sorted(stage.on_failure))})"

    def _serves(self, stage: str) -> bool:
        """Whether the project has a model role in an account of the stage."""
        models = roles_of_kind(self.graph, RoleKind.MODEL)
        return any(one.project == self.pipeline.project and self.graph.stages.get(one.stack) == stage for one in models)

    # ---- a way back

    def _restored(self, action: Action) -> Iterator[str]:
        """Rendering takes what an earlier release was let in with, and nothing else: it is told that it goes back."""
        makers = [one for one in self.actions if set(one.outputs) & set(action.inputs)]
        told = [
            one
            for one in makers
            if one.kind == _BUILD
            and one.text("ProjectName") == self.names.name("deploy")
            and (one.variables() or {}).get("STEP") == _ROLLBACK
            and one.before(action)
        ]
        if len(makers) != 1 or not told:
            yield f"action {action.name} brings back what no approver let in before"

    def named(self) -> Iterator[str]:
        """What the theorem prints of it."""
        if self.goes_back:
            yield f"{self.pipeline.name} brings production back to what was let in before, without asking again"
        elif self.reaching() and not self._serves(_STAGING):
            yield f"{self.pipeline.name} tests nothing before production: its project has no staging"
        if not self.goes_back and self._unasked(self._looking()):
            yield f"{self.pipeline.name} asks nobody about a change that takes nothing from production"


def _keeps_out(check: Check, defaults: Mapping[str, object]) -> bool:
    """Whether a check keeps runs out whose variables have their defaults."""
    rule = json.loads(check.configuration) or {}
    name = str(rule.get("Variable", "")).removeprefix("#{variables.").removesuffix("}")
    if check.kind != _SAME_FOR_A_RUN or name not in defaults:
        return False
    same = defaults[name] == rule.get("Value")
    return same if rule.get("Operator") == "NE" else not same if rule.get("Operator") == "EQ" else False


def way_to_production(graph: PolicyGraph) -> ProofOutcome:
    """Every action of every pipeline that reaches production comes after staging's test and a person's approval."""
    findings: list[Finding] = []
    named: list[str] = []
    queries = 0
    for pipeline in graph.declared_of(PIPELINE):
        path = _Path(graph, pipeline)
        queries += len(path.actions)
        named += path.named()
        findings += [
            Finding(title=f"{pipeline.name}: {problem}", request=f"  {pipeline.urn}")
            for problem in dict.fromkeys(path.problems())
        ]
    return ProofOutcome(findings=findings, named=named, queries=queries)


THEOREMS = (
    Theorem(
        id="way-to-production",
        statement="Whatever a pipeline delivers to production was tested in staging and let in by a person first, in "
        "stages that nothing skips; the printed pipelines go another way.",
        prove=way_to_production,
    ),
)
