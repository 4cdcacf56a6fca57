"""The buckets: the lake, the vault of generated passwords, backups, and who touched them."""

from aws_cdk import Aws, Duration, RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.config import Config

OLD_VERSIONS = Duration.days(30)
ACCESS_LOGS = Duration.days(90)
BACKUPS = Duration.days(14)
TORN = Duration.days(2)


class Storage(Construct):
    """Private, encrypted, TLS only, versioned; what is old goes by itself."""

    def __init__(self, scope: Construct, name: str, *, config: Config) -> None:
        super().__init__(scope, name)
        self._removal = RemovalPolicy.DESTROY if config.development else RemovalPolicy.RETAIN
        self.access_logs = self._bucket("AccessLogs", [_expire("logs", current=ACCESS_LOGS)])
        self.raw = self._bucket("Raw", [_expire("old versions", old=OLD_VERSIONS), *_old(config)])
        self.vault = self._bucket("Vault", [_expire("old passwords", old=Duration.days(1))])
        self.backups = self._bucket(
            "Backups", [_expire("old backups", current=BACKUPS, old=Duration.days(1))]
        )

    def keep_versions_but_for(self, eraser: iam.IRole) -> None:
        """Nobody but `eraser` deletes a version of an event; not even an administrator.

        A session of a role is known by the role's ARN; some report the session's own.
        """
        sessions = f"arn:aws:sts::{Aws.ACCOUNT_ID}:assumed-role/{eraser.role_name}/*"
        self.raw.add_to_resource_policy(
            iam.PolicyStatement(
                sid="VersionsAreErasedByOneRole",
                effect=iam.Effect.DENY,
                principals=[iam.AnyPrincipal()],
                actions=["s3:DeleteObjectVersion"],
                resources=[self.raw.arn_for_objects("*")],
                conditions={"ArnNotLike": {"aws:PrincipalArn": [eraser.role_arn, sessions]}},
            )
        )

    def _bucket(self, name: str, rules: list[s3.LifecycleRule]) -> s3.Bucket:
        is_log = name == "AccessLogs"
        return s3.Bucket(
            self,
            name,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            versioned=not is_log,
            lifecycle_rules=rules,
            removal_policy=self._removal,
            server_access_logs_bucket=None if is_log else self.access_logs,
            server_access_logs_prefix=None if is_log else f"{name.lower()}/",
        )


def _old(config: Config) -> list[s3.LifecycleRule]:
    """The end of events; the list of erasures, which lies beside them, is no event."""
    if not config.retention_days:
        return []
    after = Duration.days(config.retention_days + 1)
    return [s3.LifecycleRule(id="old events", prefix="events/", expiration=after)]


def _expire(
    name: str, *, current: Duration | None = None, old: Duration | None = None
) -> s3.LifecycleRule:
    """Objects and old versions go after these days, and what was never finished after two."""
    return s3.LifecycleRule(
        id=name,
        expiration=current,
        noncurrent_version_expiration=old,
        expired_object_delete_marker=True if current is None else None,
        abort_incomplete_multipart_upload_after=TORN,
    )
