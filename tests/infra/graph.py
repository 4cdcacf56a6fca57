"""Synthesized templates as a graph: resources under one name each, references across stacks."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

WORLD = "0.0.0.0/0"


@dataclass(frozen=True)
class Assembly:
    """All stacks of one deployment."""

    stacks: dict[str, dict[str, Any]]

    @classmethod
    def read(cls, folder: Path) -> "Assembly":
        paths = sorted(folder.glob("*.template.json"))
        return cls({path.name.split(".")[0]: json.loads(path.read_text()) for path in paths})

    @cached_property
    def resources(self) -> dict[str, dict[str, Any]]:
        """Every resource by its logical name, its properties with references as plain names."""
        merged: dict[str, dict[str, Any]] = {}
        for template in self.stacks.values():
            for name, one in template["Resources"].items():
                assert name not in merged, name
                properties = self.plain(one.get("Properties", {}))
                merged[name] = {**one, "Properties": properties}
        return merged

    @cached_property
    def exports(self) -> dict[str, Any]:
        return {
            output["Export"]["Name"]: output["Value"]
            for template in self.stacks.values()
            for output in template.get("Outputs", {}).values()
            if "Export" in output
        }

    def plain(self, value: Any) -> Any:  # noqa: PLR0911 - one for each function
        """A part of a template in which Ref, GetAtt, Join and ImportValue are text."""
        if isinstance(value, list):
            return [self.plain(part) for part in value]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            ((key, inner),) = value.items()
            if key == "Ref":
                return f"{{{inner}}}"
            if key == "Fn::GetAtt":
                return f"{{{inner[0]}}}" if inner[1] in OWN_ID else f"{{{'.'.join(inner)}}}"
            if key == "Fn::ImportValue":
                return self.plain(self.exports[inner])
            if key == "Fn::Join":
                return inner[0].join(str(self.plain(part)) for part in inner[1])
            if key == "Fn::Sub" and isinstance(inner, str):
                return inner
        return {name: self.plain(part) for name, part in value.items()}

    def of(self, kind: str) -> dict[str, dict[str, Any]]:
        """The properties of all resources of a kind, such as `EC2::Subnet`, by name."""
        return {
            name: one["Properties"]
            for name, one in self.resources.items()
            if one["Type"] == f"AWS::{kind}"
        }

    def named(self, kind: str, part: str) -> str:
        """The one resource of a kind whose logical name contains a part."""
        found = [name for name in self.of(kind) if part.lower() in name.lower()]
        assert len(found) == 1, (kind, part, found)
        return found[0]

    # networks

    def subnet(self, cidr: str) -> str:
        (found,) = [
            name for name, one in self.of("EC2::Subnet").items() if one["CidrBlock"] == cidr
        ]
        return found

    def routes(self, subnet: str) -> list[dict[str, Any]]:
        """What a subnet's route table holds beside the VPC's own network."""
        (table,) = [
            one["RouteTableId"]
            for one in self.of("EC2::SubnetRouteTableAssociation").values()
            if one["SubnetId"] == f"{{{subnet}}}"
        ]
        return [one for one in self.of("EC2::Route").values() if one["RouteTableId"] == table]

    def allowed(self, group: str, direction: str) -> set[tuple[str, str]]:
        """Who a group takes (`Ingress`), or whom it may call (`Egress`): peer and ports."""
        peers = {"Ingress": "SourceSecurityGroupId", "Egress": "DestinationSecurityGroupId"}
        lists = {"Ingress": "SourcePrefixListId", "Egress": "DestinationPrefixListId"}
        separate = [
            one
            for one in self.of(f"EC2::SecurityGroup{direction}").values()
            if one["GroupId"] == f"{{{group}}}"
        ]
        inline = self.of("EC2::SecurityGroup")[group].get(f"SecurityGroup{direction}", [])
        found = set()
        for rule in [*separate, *inline]:
            peer = rule.get(peers[direction]) or rule.get(lists[direction]) or rule.get("CidrIp")
            if rule["IpProtocol"] == "-1":
                found.add((str(peer), "all"))
            elif rule["IpProtocol"] == "tcp":
                found.add((str(peer), f"{rule['FromPort']}-{rule['ToPort']}"))
        return found

    # permissions

    def statements(self, role: str) -> Iterator[dict[str, Any]]:
        """Every statement that a role has, inline and attached."""
        for policy in self.of("IAM::Policy").values():
            if f"{{{role}}}" in policy.get("Roles", []):
                yield from policy["PolicyDocument"]["Statement"]
        properties = self.of("IAM::Role")[role]
        assert not properties.get("ManagedPolicyArns"), role
        for policy in properties.get("Policies", []):
            yield from policy["PolicyDocument"]["Statement"]

    def may(self, role: str) -> set[tuple[str, str]]:
        """What a role may do to what: action and resource."""
        found = set()
        for statement in self.statements(role):
            assert statement["Effect"] == "Allow"
            for action in _many(statement["Action"]):
                found |= {(action, str(resource)) for resource in _many(statement["Resource"])}
        return found


OWN_ID = {"Arn", "GroupId", "VpcId"}


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
