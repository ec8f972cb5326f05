"""An account with nothing but its foundation, whose functions run and whose events are delivered."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from rehearsal.aws.cloud import Cloud
from rehearsal.console import ConsoleProgress
from rehearsal.engine.state import Stack
from rehearsal.environment import RehearsalEnvironment
from rehearsal.runtime import Runtime
from tests.example_files import EXAMPLE, copy_example
from tests.functions.remediated import CONFORMING
from tests.stacks.conftest import Platform

ACCOUNT, REGION = "111111111111", "eu-west-1"
SWITCHES = ("trail", "accessAnalyzer", "configRules", "guardDuty", "securityHub", "macie")
ROLE = f"arn:aws:iam::{ACCOUNT}:role/mlops/projects/screening/mlops-screening-training"
NOTHING = {"correction": {"enabled": False}, "detection": dict.fromkeys(SWITCHES, False)}


@dataclass
class RemediatedAccount:
    """The account's foundation, and the world that it stands in."""

    platform: Platform
    runtime: Runtime

    @property
    def cloud(self) -> Cloud:
        return self.platform.world.cloud

    def client(self, service: str) -> Any:
        """A client of the account's owner, whom no boundary binds."""
        return self.cloud.client(self.cloud.owner(ACCOUNT), service)

    def up(self, **settings: Any) -> Stack:
        """Bring the foundation up with some of its settings changed."""
        before = (EXAMPLE / "Pulumi.foundation.yaml").read_text()
        (self.platform.directory / "Pulumi.foundation.yaml").write_text(before)
        self.platform.write("foundation", self.platform.settings("foundation") | settings)
        return self.platform.up("foundation")["foundation"]

    def let_studio_use(self, types: list[str]) -> None:
        """Let the data science stack's Studio offer these instance types alone, as the foundation must."""
        dev = self.platform.settings("dev")
        self.platform.write("dev", dev | {"studio": {**dev["studio"], "instanceTypes": types}})

    def made(self) -> set[str]:
        """What the foundation consists of, as `type name`, without the root and the provider."""
        found = self.platform.world.engine.stacks["foundation"].resources.values()
        return {f"{one.type} {one.name}" for one in found if one.managed}

    def settle(self) -> None:
        """Wait until all events are delivered and all functions have ended."""
        self.runtime.suite.events.drain()
        self.runtime.suite.functions.wait()
        self.runtime.suite.events.drain()

    def listen(self) -> None:
        """Subscribe a queue to the alarm topic."""
        self.client("sqs").create_queue(QueueName="heard")
        topic = f"arn:aws:sns:{REGION}:{ACCOUNT}:mlops-foundation-alarms"
        queue = f"arn:aws:sqs:{REGION}:{ACCOUNT}:heard"
        self.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)

    def messages(self, queue: str = "heard") -> list[Any]:
        """Messages of a queue, each read once."""
        client = self.client("sqs")
        url = client.get_queue_url(QueueName=queue)["QueueUrl"]
        found = client.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        for message in found:
            client.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return [json.loads(message["Body"]) for message in found]

    def reported(self) -> list[str]:
        """What the topic has reported since the last look."""
        return [str(message["Message"]) for message in self.messages()]


def account_with_controls(directory: Path) -> Iterator[RemediatedAccount]:
    """An account without anything in it yet."""
    copy_example(directory)
    progress = ConsoleProgress(Console(quiet=True))
    with Cloud(REGION) as cloud, Runtime(cloud, progress, directory / "logs") as runtime:
        world = RehearsalEnvironment(cloud, progress)
        world.engine.invoke_function = runtime.invoke
        try:
            yield RemediatedAccount(Platform(world, directory), runtime)
        finally:
            world.close()


def train(account: RemediatedAccount, name: str, **more: Any) -> None:
    """Start a training job as somebody whom no boundary binds."""
    given = {**CONFORMING["training-job"], **more}
    account.client("sagemaker").create_training_job(
        TrainingJobName=name,
        AlgorithmSpecification={"TrainingImage": "image", "TrainingInputMode": "File"},
        RoleArn=ROLE,
        StoppingCondition={"MaxRuntimeInSeconds": 60},
        **{key: value for key, value in given.items() if value is not None},
    )
    account.settle()


def status(account: RemediatedAccount, name: str) -> str:
    """A training job's status."""
    return str(account.client("sagemaker").describe_training_job(TrainingJobName=name)["TrainingJobStatus"])


def tags(account: RemediatedAccount, name: str) -> dict[str, str]:
    """A training job's tags."""
    arn = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:training-job/{name}"
    return {tag["Key"]: tag["Value"] for tag in account.client("sagemaker").list_tags(ResourceArn=arn)["Tags"]}
