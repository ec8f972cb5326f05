"""Settings that guard, and what loosens each: the evaluator, which reads policies alone, sees none of these."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

# A property, or a whole resource, that is left out.
LEFT_OUT = object()


@dataclass(frozen=True)
class Guard:
    """A property of a type (the last part of its name): each of the values loosens what it guards.

    Of lists, `[]` in the path stands for one of the items. An empty path is the whole resource.
    """

    type: str
    path: str
    looser: Sequence[object]
    what: str


GUARDS: tuple[Guard, ...] = (
    *(
        Guard("BucketPublicAccessBlock", name, (False, LEFT_OUT), "a bucket may become public")
        for name in ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
    ),
    Guard("BucketPublicAccessBlock", "", (LEFT_OUT,), "a bucket may become public"),
    Guard("BucketOwnershipControls", "", (LEFT_OUT,), "objects belong to whoever writes them"),
    Guard("BucketOwnershipControls", "rule.objectOwnership", ("ObjectWriter", "BucketOwnerPreferred"), "ACLs hold"),
    Guard("BucketVersioning", "", (LEFT_OUT,), "what is overwritten is gone"),
    Guard("BucketVersioning", "versioningConfiguration.status", ("Suspended",), "what is overwritten is gone"),
    Guard("BucketServerSideEncryptionConfiguration", "", (LEFT_OUT,), "objects are under no key of the platform"),
    Guard(
        "BucketServerSideEncryptionConfiguration",
        "rules[].applyServerSideEncryptionByDefault.kmsMasterKeyId",
        (LEFT_OUT, "arn:aws:kms:eu-west-1:999999999999:key/12345678-1234-1234-1234-123456789012"),
        "objects are under no key of the platform",
    ),
    Guard("BucketServerSideEncryptionConfiguration", "rules[].blockedEncryptionTypes", ([], ["NONE"]), "SSE-C passes"),
    Guard("BucketLogging", "", (LEFT_OUT,), "nothing records who reads a bucket"),
    Guard("BucketPolicy", "", (LEFT_OUT,), "a bucket denies nothing"),
    Guard("TopicPolicy", "", (LEFT_OUT,), "a topic denies nothing"),
    Guard("BucketLifecycleConfiguration", "rules[].expiration.days", (1,), "evidence and models expire"),
    Guard("Key", "enableKeyRotation", (False, LEFT_OUT), "a key is never renewed"),
    Guard("Key", "deletionWindowInDays", (7,), "a key is gone in a week"),
    Guard("Key", "policy", (LEFT_OUT,), "the account's policies alone decide who uses a key"),
    Guard("Role", "permissionsBoundary", (LEFT_OUT,), "a role has no boundary"),
    Guard("Role", "maxSessionDuration", (43200,), "sessions last twelve hours"),
    Guard("Trail", "", (LEFT_OUT,), "nothing is recorded"),
    Guard("Trail", "enableLogFileValidation", (False, LEFT_OUT), "records may be forged"),
    Guard("Trail", "includeGlobalServiceEvents", (False,), "IAM is not recorded"),
    Guard("Trail", "enableLogging", (False,), "nothing is recorded"),
    Guard("Trail", "isMultiRegionTrail", (False, LEFT_OUT), "other Regions are not recorded"),
    Guard("Trail", "advancedEventSelectors", (LEFT_OUT, []), "objects are not recorded"),
    Guard("Trail", "advancedEventSelectors[]", (LEFT_OUT,), "management or data events are not recorded"),
    Guard(
        "Trail",
        "advancedEventSelectors[].fieldSelectors[].notStartsWiths",
        (["arn:aws:s3:::mlops-"],),
        "no object of the platform is recorded",
    ),
    Guard("Trail", "s3BucketName", ("somebody-elses-trail",), "another account has the records"),
    Guard("Trail", "kmsKeyId", (LEFT_OUT,), "records are under no key of the platform"),
    Guard("FlowLog", "", (LEFT_OUT,), "a network is not recorded"),
    Guard("FlowLog", "trafficType", ("REJECT", "ACCEPT"), "half of a network's traffic is not recorded"),
    Guard("MetricAlarm", "", (LEFT_OUT,), "nobody is told"),
    Guard("MetricAlarm", "alarmActions", ([], LEFT_OUT), "nobody is told"),
    Guard("MetricAlarm", "threshold", (10**9,), "nobody is told"),
    Guard("MetricAlarm", "actionsEnabled", (False,), "nobody is told"),
    Guard("Analyzer", "", (LEFT_OUT,), "what is open to others is not reported"),
    Guard("LogGroup", "kmsKeyId", (LEFT_OUT,), "logs are under no key of the platform"),
    Guard("LogGroup", "retentionInDays", (1, LEFT_OUT), "logs are gone, or never are"),
    Guard("Topic", "kmsMasterKeyId", (LEFT_OUT,), "messages are under no key of the platform"),
    Guard("Queue", "kmsMasterKeyId", (LEFT_OUT,), "messages are under no key of the platform"),
    Guard("Queue", "policy", (LEFT_OUT,), "a queue denies nothing"),
    Guard("Repository", "imageTagMutability", ("MUTABLE",), "an image changes under its tag"),
    Guard("Repository", "imageScanningConfiguration.scanOnPush", (False,), "images are not scanned"),
    Guard("Repository", "encryptionConfigurations", ([], LEFT_OUT), "images are under no key of the platform"),
    Guard("Project", "encryptionKey", (LEFT_OUT,), "what is built is under no key of the platform"),
    Guard("Project", "vpcConfig", (LEFT_OUT,), "a build runs outside the VPC"),
    Guard("Project", "logsConfig.cloudwatchLogs.status", ("DISABLED",), "a build leaves no log"),
    Guard("Project", "environment.image", ("docker.io/somebody/image:latest",), "a build runs somebody's image"),
    Guard("Project", "source.buildspec", ("version: 0.2\nphases: {}\n",), "a build does something else"),
    Guard("Pipeline", "artifactStores[].encryptionKey", (LEFT_OUT,), "artifacts are under no key of the platform"),
    Guard("Pipeline", "artifactStores[].location", ("somebody-elses-artifacts",), "somebody has the artifacts"),
    Guard("Pipeline", "stages[]", (LEFT_OUT,), "a pipeline lacks a stage"),
    Guard("Pipeline", "stages[].actions[]", (LEFT_OUT,), "a pipeline lacks an action"),
    Guard("Pipeline", "stages[].actions[].configuration.S3Bucket", ("somebody-elses-source",), "somebody has the code"),
    Guard("Pipeline", "stages[].actions[].category", ("Invoke",), "an approval is none"),
    Guard("Function", "vpcConfig", (LEFT_OUT,), "a function runs outside the VPC"),
    Guard("Function", "code.archive", ("sha256:0",), "a function runs other code"),
    Guard("Function", "layers", (["arn:aws:lambda:eu-west-1:999999999999:layer:any:1"],), "it runs somebody's code"),
    Guard("Function", "deadLetterConfig", (LEFT_OUT,), "what fails is lost"),
    Guard("Domain", "appNetworkAccessType", ("PublicInternetOnly", LEFT_OUT), "notebooks reach the Internet"),
    Guard("Domain", "kmsKeyId", (LEFT_OUT,), "homes are under no key of the platform"),
    Guard("Domain", "domainSettings.executionRoleIdentityConfig", (LEFT_OUT, "DISABLED"), "nobody knows who acts"),
    Guard("Domain", "authMode", ("SSO",), "others sign in"),
    Guard("Domain", "tagPropagation", ("DISABLED", LEFT_OUT), "what notebooks start bears no project"),
    Guard("Subnet", "mapPublicIpOnLaunch", (True,), "machines have public addresses"),
    Guard("VpcEndpoint", "", (LEFT_OUT,), "traffic leaves the VPC"),
    Guard("VpcEndpoint", "policy", (LEFT_OUT,), "an endpoint limits nothing"),
    Guard("VpcEndpoint", "privateDnsEnabled", (False,), "traffic leaves by the public names"),
    Guard("DefaultSecurityGroup", "", (LEFT_OUT,), "the default security group lets all in"),
    Guard("SecurityGroupIngressRule", "cidrIpv4", ("0.0.0.0/0",), "the Internet comes in"),
    Guard("SecurityGroupEgressRule", "cidrIpv4", ("0.0.0.0/0",), "everything goes out"),
    Guard("SecurityGroupEgressRule", "ipProtocol", ("-1",), "every port goes out"),
    Guard("EventRule", "", (LEFT_OUT,), "a guard is told nothing"),
    Guard("EventRule", "state", ("DISABLED",), "a guard is told nothing"),
    Guard("EventRule", "eventPattern", ('{"source": ["none"]}',), "a guard is told nothing"),
    Guard("EventTarget", "", (LEFT_OUT,), "a guard is told nothing"),
    Guard("EventTarget", "deadLetterConfig", (LEFT_OUT,), "what fails is lost"),
    Guard("Permission", "sourceArn", (LEFT_OUT,), "whoever uses the service calls a function"),
    Guard("BucketNotification", "eventbridge", (False,), "a guard is told nothing"),
)
