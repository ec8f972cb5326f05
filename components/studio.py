"""Where scientists work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

S = aws.sagemaker


@dataclass(frozen=True, kw_only=True)
class StudioArgs:
    """The domain's network, key and limits, and the role of each user profile by its name.

    `default_role_arn` is what apps run with that have no profile's role: those of shared spaces. `after`: what is
    destroyed after the domain, and is not its own.
    """

    name: str
    vpc_id: pulumi.Input[str]
    subnet_ids: Sequence[pulumi.Input[str]]
    security_group_id: pulumi.Input[str]
    key_arn: pulumi.Input[str]
    default_role_arn: pulumi.Input[str]
    auth: str
    idle_minutes: int
    instance_type: str
    space_gigabytes: int
    profiles: Mapping[str, pulumi.Input[str]]
    protect: bool
    after: Sequence[pulumi.Resource] = ()


class Studio(pulumi.ComponentResource):
    """A Studio domain that is reached and reaches out only through the VPC, and its user profiles.

    JupyterLab and Code Editor, not Studio Classic, whose apps can no longer be made; idle apps stop by themselves.
    """

    def __init__(self, name: str, args: StudioArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("mlops:workplace:Studio", name, None, opts)
        self.domain = self._domain(name, args)
        for profile, role in args.profiles.items():
            S.UserProfile(
                f"{name}-{profile}",
                domain_id=self.domain.id,
                user_profile_name=profile,
                user_settings=S.UserProfileUserSettingsArgs(
                    execution_role=role, security_groups=[args.security_group_id]
                ),
                opts=pulumi.ResourceOptions(parent=self),
            )
        self.domain_id = self.domain.id
        self.register_outputs({"domainId": self.domain_id, "url": self.domain.url})

    def _domain(self, name: str, args: StudioArgs) -> aws.sagemaker.Domain:
        return S.Domain(
            f"{name}-domain",
            domain_name=args.name,
            auth_mode=args.auth,
            vpc_id=args.vpc_id,
            subnet_ids=list(args.subnet_ids),
            app_network_access_type="VpcOnly",
            kms_key_id=args.key_arn,
            tag_propagation="ENABLED",
            default_user_settings=_user_settings(args),
            default_space_settings=S.DomainDefaultSpaceSettingsArgs(
                execution_role=args.default_role_arn, security_groups=[args.security_group_id]
            ),
            domain_settings=S.DomainDomainSettingsArgs(
                security_group_ids=[args.security_group_id],
                execution_role_identity_config="USER_PROFILE_NAME",
            ),
            # Always: another policy would replace the domain, with every space in it (terraform-provider-aws,
            # internal/service/sagemaker/domain.go). The account's cleaner deletes the file system where that is agreed.
            retention_policy=S.DomainRetentionPolicyArgs(home_efs_file_system="Retain"),
            opts=pulumi.ResourceOptions(
                parent=self,
                protect=args.protect,
                depends_on=list(args.after),
                # Of domains that were made with another.
                ignore_changes=["retentionPolicy"],
            ),
        )


def _user_settings(args: StudioArgs) -> S.DomainDefaultUserSettingsArgs:
    return S.DomainDefaultUserSettingsArgs(
        execution_role=args.default_role_arn,
        security_groups=[args.security_group_id],
        default_landing_uri="studio::",
        studio_web_portal="ENABLED",
        # Minimum, maximum and default idle time of an app are alike: the limit is the platform's, not a suggestion
        # (SageMaker Developer Guide, "Set up idle shutdown").
        jupyter_lab_app_settings=_jupyter_lab(args),
        code_editor_app_settings=_code_editor(args),
        space_storage_settings=S.DomainDefaultUserSettingsSpaceStorageSettingsArgs(
            default_ebs_storage_settings=S.DomainDefaultUserSettingsSpaceStorageSettingsDefaultEbsStorageSettingsArgs(
                default_ebs_volume_size_in_gb=args.space_gigabytes, maximum_ebs_volume_size_in_gb=args.space_gigabytes
            )
        ),
    )


def _jupyter_lab(args: StudioArgs) -> S.DomainDefaultUserSettingsJupyterLabAppSettingsArgs:
    return S.DomainDefaultUserSettingsJupyterLabAppSettingsArgs(
        default_resource_spec=S.DomainDefaultUserSettingsJupyterLabAppSettingsDefaultResourceSpecArgs(
            instance_type=args.instance_type
        ),
        app_lifecycle_management=S.DomainDefaultUserSettingsJupyterLabAppSettingsAppLifecycleManagementArgs(
            idle_settings=S.DomainDefaultUserSettingsJupyterLabAppSettingsAppLifecycleManagementIdleSettingsArgs(
                lifecycle_management="ENABLED",
                idle_timeout_in_minutes=args.idle_minutes,
                min_idle_timeout_in_minutes=args.idle_minutes,
                max_idle_timeout_in_minutes=args.idle_minutes,
            )
        ),
    )


def _code_editor(args: StudioArgs) -> S.DomainDefaultUserSettingsCodeEditorAppSettingsArgs:
    return S.DomainDefaultUserSettingsCodeEditorAppSettingsArgs(
        default_resource_spec=S.DomainDefaultUserSettingsCodeEditorAppSettingsDefaultResourceSpecArgs(
            instance_type=args.instance_type
        ),
        app_lifecycle_management=S.DomainDefaultUserSettingsCodeEditorAppSettingsAppLifecycleManagementArgs(
            idle_settings=S.DomainDefaultUserSettingsCodeEditorAppSettingsAppLifecycleManagementIdleSettingsArgs(
                lifecycle_management="ENABLED",
                idle_timeout_in_minutes=args.idle_minutes,
                min_idle_timeout_in_minutes=args.idle_minutes,
                max_idle_timeout_in_minutes=args.idle_minutes,
            )
        ),
    )
