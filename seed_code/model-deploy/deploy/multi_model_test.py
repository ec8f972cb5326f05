"""Tests an endpoint with several models: each request names the one that was released."""

from dataclasses import dataclass

from deploy import checks
from deploy.endpoint import EndpointTest
from deploy.report import CheckResult, failed, passed


@dataclass
class MultiModelTest(EndpointTest):
    """The endpoint's own test, on one of its models. It names no package: image and prefix are compared."""

    image: str = ""
    models_uri: str = ""
    target_model: str = ""

    def _package(self) -> CheckResult:
        wanted = {"Image": self.image, "ModelDataUrl": self.models_uri, "Mode": "MultiModel"}
        for model in self._models().values():
            containers = model.get("Containers") or [model.get("PrimaryContainer", {})]
            found = {name: containers[0].get(name) for name in wanted}
            if len(containers) != 1 or found != wanted:
                return failed(checks.PACKAGE, f"its container is {found}; expected {wanted}")
        return passed(checks.PACKAGE, f"serves {self.target_model} of {self.models_uri}")

    def _target(self) -> dict[str, str]:
        return {"TargetModel": self.target_model}
