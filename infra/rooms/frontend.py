"""The storefront on Amplify Hosting, which renders Next.js pages on its own servers."""

from collections.abc import Mapping

from aws_cdk import aws_amplify as amplify
from constructs import Construct

Variable = amplify.CfnApp.EnvironmentVariableProperty


class Frontend(Construct):
    """An Amplify app with one branch; a person connects it to the repository once."""

    def __init__(self, scope: Construct, name: str, *, variables: Mapping[str, str]) -> None:
        super().__init__(scope, name)
        self.app = amplify.CfnApp(
            self,
            "App",
            name="clickstream-storefront",
            platform="WEB_COMPUTE",
            environment_variables=[
                Variable(name=key, value=value)
                for key, value in {"AMPLIFY_MONOREPO_APP_ROOT": "storefront", **variables}.items()
            ],
            custom_headers=HEADERS,
        )
        self.branch = amplify.CfnBranch(
            self,
            "Main",
            app_id=self.app.attr_app_id,
            branch_name="main",
            stage="PRODUCTION",
            framework="Next.js - SSR",
            enable_auto_build=True,
        )


HEADERS = """\
customHeaders:
  - pattern: '**'
    headers:
      - key: Strict-Transport-Security
        value: max-age=63072000; includeSubDomains
      - key: X-Content-Type-Options
        value: nosniff
      - key: Referrer-Policy
        value: strict-origin-when-cross-origin
"""
