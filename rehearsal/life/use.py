"""What people and services do with the platform before it is destroyed, beyond one model's journey."""

from __future__ import annotations

from rehearsal.journey.actors import JourneyActors
from rehearsal.journey.journey import Journey

SPACE, APP = "notebooks", "default"


def open_studio(journey: Journey, people: JourneyActors) -> str:
    """A scientist makes a private space and starts JupyterLab in it, from within Studio."""
    scientist = people.scientist()
    client = journey.cloud.client(scientist, "sagemaker")
    domain = journey.data_science["studioDomainId"]
    client.create_space(
        DomainId=domain,
        SpaceName=SPACE,
        OwnershipSettings={"OwnerUserProfileName": scientist.source_identity},
        SpaceSharingSettings={"SharingType": "Private"},
        SpaceSettings={"AppType": "JupyterLab"},
    )
    client.create_app(DomainId=domain, SpaceName=SPACE, AppType="JupyterLab", AppName=APP)
    return f"{scientist.source_identity} works in space {SPACE}"
