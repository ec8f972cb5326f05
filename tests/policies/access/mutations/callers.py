"""Mutations that let somebody else in than a role of the platform, or that give something a false name."""

from __future__ import annotations

from tests.policies.access.mutations.mutation import Edit, Mutation, Record, added, checks, setting

_HOME = "arn:aws:iam::111111111111"
_SESSION = "arn:aws:sts::111111111111:assumed-role/mlops-dev-approver/eve"
_MODELS = "arn:aws:s3:::mlops-dev-models-111111111111-eu-west-1"
_FROM_HOME = {"StringEquals": {"aws:SourceAccount": "111111111111"}}


def tagged(**tags: str) -> Edit:
    """The resource with other values of its tags."""

    def edit(record: Record) -> None:
        for part in ("inputs", "outputs"):
            for name in ("tags", "tagsAll"):
                if record[part].get(name):
                    record[part][name] = {**record[part][name], **tags}

    return edit


def default_encryption(**default: str) -> Edit:
    """A bucket's default encryption."""
    return setting(rules=[{"applyServerSideEncryptionByDefault": default, "bucketKeyEnabled": True}])


MUTATIONS = (
    Mutation(
        id="models-for-a-service",
        what="An AWS service reads models on behalf of the account itself.",
        stack="dev",
        type="BucketPolicy",
        name="models-policy",
        edit=added(
            "Crawls",
            Principal={"Service": "glue.amazonaws.com"},
            Action="s3:GetObject",
            Resource=f"{_MODELS}/*",
            Condition=_FROM_HOME,
        ),
        noticed_by=checks("proof:objects-through-endpoints", "proof:policies-let-in-as-listed"),
    ),
    Mutation(
        id="models-key-for-a-session",
        what="The models' key names one session of the approver's role.",
        stack="dev",
        type="Key",
        name="models-key-key",
        edit=added("Eve", Principal={"AWS": _SESSION}, Action="kms:Decrypt", Resource="*"),
        noticed_by=checks("proof:models-readers", "proof:no-strangers"),
    ),
    Mutation(
        id="models-key-for-a-federated-user",
        what="The models' key names a federated user.",
        stack="dev",
        type="Key",
        name="models-key-key",
        edit=added(
            "Eve",
            Principal={"AWS": "arn:aws:sts::111111111111:federated-user/eve"},
            Action="kms:Decrypt",
            Resource="*",
        ),
        noticed_by=checks("proof:policies-let-in-as-listed", "proof:models-readers", "proof:no-strangers"),
    ),
    Mutation(
        id="images-for-a-user",
        what="An IAM user of the account pushes model images.",
        stack="dev",
        type="RepositoryPolicy",
        name="images-policy",
        edit=added("Eve", Principal={"AWS": f"{_HOME}:user/eve"}, Action=["ecr:PutImage", "ecr:UploadLayerPart"]),
        noticed_by=checks("proof:policies-let-in-as-listed", "rule:ECR-03"),
    ),
    Mutation(
        id="images-for-a-service",
        what="CodeBuild itself pushes model images.",
        stack="dev",
        type="RepositoryPolicy",
        name="images-policy",
        edit=added(
            "Builds", Principal={"Service": "codebuild.amazonaws.com"}, Action="ecr:PutImage", Condition=_FROM_HOME
        ),
        noticed_by=checks("proof:policies-let-in-as-listed", "rule:ECR-03"),
    ),
    Mutation(
        id="captures-policy-for-a-user",
        what="An IAM user changes the policy of the bucket of captures.",
        stack="prod",
        type="BucketPolicy",
        name="capture-policy",
        edit=added(
            "Eve",
            Principal={"AWS": "arn:aws:iam::333333333333:user/eve"},
            Action="s3:PutBucketPolicy",
            Resource="arn:aws:s3:::mlops-prod-capture-333333333333-eu-west-1",
        ),
        noticed_by=checks("action", "proof:nothing-in-plain-text", "proof:policies-let-in-as-listed"),
    ),
    Mutation(
        id="build-for-its-account",
        what="The build role trusts its whole account, without a condition.",
        stack="project-diabetes",
        type="Role",
        name="role-build-role",
        edit=added("Everybody", Principal={"AWS": f"{_HOME}:root"}, Action="sts:AssumeRole"),
        noticed_by=checks("proof:roles-entered-as-listed", "rule:IAM-05"),
    ),
    Mutation(
        id="training-for-another-service",
        what="The training role trusts another AWS service than SageMaker.",
        stack="project-diabetes",
        type="Role",
        name="role-training-role",
        edit=added(
            "Instances",
            Principal={"Service": "ec2.amazonaws.com"},
            Action="sts:AssumeRole",
            Condition=_FROM_HOME,
        ),
        noticed_by=checks("proof:roles-entered-as-listed"),
    ),
    Mutation(
        id="publishing-by-pattern",
        what="The approver's role is entered by whoever's ARN begins as the platform's roles do.",
        stack="dev",
        type="Role",
        name="approver-role",
        edit=added(
            "RolesByPattern",
            Principal={"AWS": f"{_HOME}:root"},
            Action="sts:AssumeRole",
            Condition={"ArnLike": {"aws:PrincipalArn": f"{_HOME}:role/mlops/foundation/*"}},
        ),
        noticed_by=checks("proof:duties-apart", "proof:roles-entered-as-listed"),
    ),
    Mutation(
        id="previewer-tagged-as-deployer",
        what="The previewer's role has the tag of a deployer.",
        stack="foundation-prod",
        type="Role",
        name="previewer-role",
        edit=tagged(purpose="deployer"),
        noticed_by=checks("matrix:Rights", "proof:declared-as-catalogued"),
    ),
    Mutation(
        id="data-key-tagged-for-volumes",
        what="The key of data has the tag of that of volumes.",
        stack="dev",
        type="Key",
        name="data-key-key",
        edit=tagged(purpose="volumes"),
        noticed_by=checks(
            "matrix:Key data, dev",
            "proof:declared-as-catalogued",
            "proof:keys-through-endpoints",
        ),
    ),
    Mutation(
        id="captures-under-amazons-key",
        what="Captures that ask for no encryption get a key of Amazon S3's own.",
        stack="prod",
        type="BucketServerSideEncryptionConfiguration",
        name="capture-encryption",
        edit=default_encryption(sseAlgorithm="AES256"),
        noticed_by=checks("matrix:Bucket capture, prod", "proof:objects-under-their-key", "rule:S3-02"),
    ),
    Mutation(
        id="endpoint-to-a-bucket-named-like-amazons",
        what="The S3 endpoint leads to a bucket that is named as Amazon ECR's are, and is of no Region.",
        stack="staging",
        type="VpcEndpoint",
        name="endpoints-s3",
        edit=added(
            "Layers", Principal="*", Action="s3:PutObject", Resource="arn:aws:s3:::prod-eve-starport-layer-bucket/*"
        ),
        noticed_by=checks("proof:endpoints-lead-home"),
    ),
)
