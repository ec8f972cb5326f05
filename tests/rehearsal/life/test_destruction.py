"""The platform used and destroyed without a model's journey, which `make rehearse LIFE=whole` has."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from policies.access.evaluator import allows
from policies.access.graph import graph_of
from policies.access.matrix.absences import presences
from policies.access.matrix.cells import matrix
from policies.access.proofs.perimeter import objects
from policies.pack.captured import read
from rehearsal.authorization.verdict import judge
from rehearsal.aws.cloud import Cloud
from rehearsal.console import ConsoleProgress
from rehearsal.engine.state import StackFailed
from rehearsal.environment import RehearsalEnvironment
from rehearsal.journey.actors import JourneyActors
from rehearsal.life.destruction import Destruction
from rehearsal.life.leftovers import Inventory, inventory, leftovers
from rehearsal.life.whole import accounts_of
from rehearsal.plan import PlannedStack, plan
from rehearsal.report import RehearsalReport
from rehearsal.runtime import Runtime
from tests.example_files import EXAMPLE


class Platform:
    """The example platform, with a space, data and a model in it."""

    def __init__(self, environment: RehearsalEnvironment, planned: list[PlannedStack], before: Inventory) -> None:
        self.environment, self.planned, self.before, self.report = environment, planned, before, RehearsalReport()
        environment.bring_up(planned, self.report)
        self.destruction = Destruction(environment, planned, self.report)
        self._use()
        environment.keep()

    def _use(self) -> None:
        cloud, stacks = self.environment.cloud, self.environment.engine.stacks
        dev, project = stacks["dev"].outputs, stacks["project-screening"].outputs
        scientist = JourneyActors(cloud, dev, "screening", "").scientist()
        with cloud.recorder.during("journey"):
            cloud.client(scientist, "sagemaker").create_space(
                DomainId=dev["studioDomainId"],
                SpaceName="notebooks",
                OwnershipSettings={"OwnerUserProfileName": scientist.source_identity},
                SpaceSharingSettings={"SharingType": "Private"},
            )
            for text in (b"first", b"second"):
                cloud.client(scientist, "s3").put_object(Bucket=dev["dataBucket"], Key="shared/notes", Body=text)
        owner = cloud.owner(dev["account"])
        with cloud.recorder.unheard():
            cloud.client(owner, "s3").put_object(Bucket=dev["modelsBucket"], Key="screening/model.tar.gz", Body=b"m")
            cloud.client(owner, "sagemaker").create_model_package(
                ModelPackageGroupName=project["modelPackageGroup"], ModelApprovalStatus="Approved"
            )

    def left_behind(self) -> list[str]:
        found = leftovers(self.before, inventory(self.environment.cloud, accounts_of(self.planned)))
        return [f"{each.service} {each.kind} {each.name}" for each in found if not each.kept]


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[Platform]:
    planned = plan(EXAMPLE)
    progress = ConsoleProgress(Console(quiet=True))
    with Cloud(planned[0].settings.region) as cloud, Runtime(cloud, progress, tmp_path / "logs") as runtime:
        before = inventory(cloud, accounts_of(planned))
        environment = RehearsalEnvironment(cloud, progress)
        environment.engine.invoke_function = runtime.invoke
        try:
            yield Platform(environment, planned, before)
        finally:
            environment.close()


@pytest.mark.slow
def test_a_used_platform_refuses_first_and_then_leaves_nothing_behind(platform: Platform, tmp_path: Path) -> None:
    destruction, environment = platform.destruction, platform.environment
    destruction.refused("dev", "Projects are still there (mlops-diabetes, mlops-screening)", "space notebooks")
    destruction.refused("project-screening", "holds 1 models", "Nothing was destroyed")
    destruction.agree("project-screening", {"delete": ["models"]})
    destruction.destroy("project-screening", "project-diabetes")
    destruction.refused("dev", "2 versions", "space notebooks", "add models to removal.delete")
    # What one agrees to is not what another would lose.
    destruction.agree("dev", {"delete": ["data", "models"]})
    destruction.refused("dev", "space notebooks", "add studio")
    destruction.agree("dev", {"delete": ["data", "models", "studio"]})
    destruction.destroy("dev", "prod", "staging", "foundation-staging", "foundation-prod", "foundation")
    assert platform.left_behind() == []
    platform.report.write(
        tmp_path,
        environment.destroyed,
        {},
        lambda folder, _: judge(folder, environment.cloud.recorder.requests, EXAMPLE, removals=True),
    )
    assert platform.report.access is not None
    assert platform.report.access.refusal_lines() == []
    _consent_widens_nothing_else(tmp_path)
    with pytest.raises(StackFailed, match="there is no stack"):
        environment.destroy("dev")


def _consent_widens_nothing_else(folder: Path) -> None:
    """With every consent given, the cleaner deletes from outside the VPC, and the proofs and absences hold."""
    graph = graph_of(read(folder / "resources.json"))
    outcome = objects(graph)
    assert outcome.findings == []
    cleaner = "arn:aws:iam::111111111111:role/mlops/platform/mlops-dev-account-cleaner"
    emptied = [name for name in outcome.named if name.startswith(f"{cleaner} empties")]
    assert len(emptied) == 2
    assert [str(each) for each in presences(matrix(graph, allows))] == []
