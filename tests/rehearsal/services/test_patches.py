"""Patches of the in-memory AWS are taken back, in whichever order their owners do so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.guardduty.models import Detector
from moto.sagemaker.models import SageMakerModelBackend
from moto.sagemaker.responses import SageMakerResponse

from rehearsal.aws.cloud import Cloud
from rehearsal.service_model.patches import Patches
from rehearsal.services import services
from rehearsal.services.sagemaker import runtime_patches


class Base:
    """Something with a method to inherit."""

    def name(self) -> str:
        """Its name."""
        return "base"


class Derived(Base):
    """Something that inherits it."""


def around(word: str) -> Callable[..., str]:
    """Puts a word before what the original says."""
    return lambda original, instance: f"{word} {original(instance)}"


def methods(owner: type) -> dict[str, Any]:
    """Methods and properties of a class; moto keeps records in other attributes."""
    return {name: value for name, value in vars(owner).items() if callable(value) or isinstance(value, property)}


def test_an_attribute_a_new_method_and_an_entry_are_put_back() -> None:
    patches, before, mapping = Patches(), Base.name, {"kept": 1}

    def extra(_: Base) -> str:
        return "extra"

    patches.set(Base, "name", lambda _: "changed")
    patches.add(Base, extra)
    patches.set_item(mapping, "kept", 2)
    patches.set_item(mapping, "new", 3)
    assert (Base().name(), getattr(Base(), "extra")(), mapping) == ("changed", "extra", {"kept": 2, "new": 3})  # noqa: B009
    patches.undo()
    assert Base.name is before
    assert not hasattr(Base, "extra")
    assert mapping == {"kept": 1}


def test_an_inherited_method_is_inherited_again() -> None:
    patches = Patches()
    patches.wrap(Derived, "name", around("derived"))
    assert Derived().name() == "derived base"
    patches.undo()
    assert "name" not in vars(Derived)


def test_owners_undo_in_any_order() -> None:
    first, second, before = Patches(), Patches(), Base.name
    first.wrap(Base, "name", around("first"))
    second.wrap(Base, "name", around("second"))
    assert Base().name() == "second first base"
    first.undo()
    assert Base().name() == "second base"
    second.undo()
    assert Base.name is before


def test_moto_is_as_it_was_after_a_cloud() -> None:
    classes: tuple[Any, ...] = (SageMakerResponse, SageMakerModelBackend, Detector)
    before = [methods(each) for each in classes]
    runtime = Patches()
    with Cloud("eu-west-1") as cloud:
        # Installed before the cloud completes the service, and undone before: the way of a rehearsal.
        runtime_patches.install(runtime, runtime_patches.State(), runtime_patches.Hooks())
        owner = cloud.owner("111111111111")
        cloud.client(owner, "guardduty").list_detectors()
        cloud.client(owner, "sagemaker").list_user_profiles()
        assert [methods(each) for each in classes] != before
        runtime.undo()
        cloud.client(owner, "sagemaker").list_user_profiles()
    assert [methods(each) for each in classes] == before


def test_every_service_s_patches_are_undone() -> None:
    patches = Patches()
    for service in services().values():
        if service.patch is not None:
            service.patch(patches)
    patches.undo()
    for service in services().values():  # a second time is a first time again
        if service.patch is not None:
            service.patch(patches)
    patches.undo()
