"""Lambda functions, who may call them, and calls tied to a resource's life."""

from __future__ import annotations

from rehearsal.engine.table.row import Call, Read, Row, Values

_CODE = {
    "code": "Code.ZipFile",
    "s3Bucket": "Code.S3Bucket",
    "s3Key": "Code.S3Key",
    "s3ObjectVersion": "Code.S3ObjectVersion",
    "imageUri": "Code.ImageUri",
    "sourceKmsKeyArn": "Code.SourceKMSKeyArn",
}
_HASHES = ("sourceCodeHash", "codeSha256")


def _hashless(values: Values, _: Values) -> Values:
    """Hashes only tell the engine that the code changed."""
    return {name: value for name, value in values.items() if name not in _HASHES}


FUNCTION = Row(
    type="aws:lambda/function:Function",
    service="lambda",
    create=Call(
        operation="CreateFunction",
        shapes=_hashless,
        places=_CODE,
        defaults={"publish": False, "timeout": 3, "memorySize": 128},
    ),
    id="{name}",
    name="name",
    then=(
        Call(
            operation="PutFunctionConcurrency",
            takes=("reservedConcurrentExecutions",),
            fills={"FunctionName": "{name}"},
            when=lambda known: known.get("reservedConcurrentExecutions", -1) >= 0,
            unset=Call(operation="DeleteFunctionConcurrency", fills={"FunctionName": "{name}"}),
        ),
    ),
    read=Read(
        operation="GetFunction",
        fills={"FunctionName": "{name}"},
        at="Configuration",
        gives={"sourceCodeHash": "CodeSha256", "sourceCodeSize": "CodeSize"},
    ),
    update=(
        Call(
            operation="UpdateFunctionCode",
            takes=(*_CODE, *_HASHES, "architectures", "publish"),
            shapes=_hashless,
            places={"code": "ZipFile", "imageUri": "ImageUri", "sourceKmsKeyArn": "SourceKMSKeyArn"},
            fills={"FunctionName": "{name}"},
        ),
        Call(operation="UpdateFunctionConfiguration", fills={"FunctionName": "{name}"}),
    ),
    replaces=("name", "packageType"),
    delete=(
        Call(
            operation="DeleteFunction",
            fills={"FunctionName": "{name}"},
            when=lambda known: not known.get("skipDestroy"),
        ),
    ),
    gives={
        "arn": "arn:{partition}:lambda:{region}:{account}:function:{name}",
        "invokeArn": "arn:{partition}:apigateway:{region}:lambda:path/2015-03-31/functions/"
        "arn:{partition}:lambda:{region}:{account}:function:{name}/invocations",
    },
    ignored={
        "skipDestroy": "the engine's own: read when the function is deleted",
        "useResourceTimeoutForPropagation": "how long the provider waits",
    },
    unread={"code": "AWS answers where code is, not what it is", "sourceCodeHash": "of the program's own making"},
)

PERMISSION = Row(
    type="aws:lambda/permission:Permission",
    service="lambda",
    told=True,
    create=Call(operation="AddPermission", places={"function": "FunctionName"}),
    id="{statementId}",
    name="statementId",
    read=Read(
        operation="GetPolicy",
        fills={"FunctionName": "{function}", "Qualifier": "{qualifier}"},
        # The statement is in a JSON text, of which JMESPath sees no more.
        at="contains(Policy, '\"{statementId}\"') && @",
    ),
    delete=(
        Call(
            operation="RemovePermission",
            fills={"FunctionName": "{function}", "StatementId": "{statementId}", "Qualifier": "{qualifier}"},
        ),
    ),
    unread={"policy": "one text holds every statement"},
)

ROWS = (FUNCTION, PERMISSION)
