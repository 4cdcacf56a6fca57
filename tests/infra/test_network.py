"""Who can reach whom, read from the templates as a graph."""

from typing import Any

import pytest

PUBLIC, ANALYTICS, ETL = "10.0.1.0/24", "10.0.2.0/24", "10.0.3.0/24"
S3 = "pl-6fa54006"


def group(reference: Any, name: str) -> str:
    (found,) = [
        logical
        for logical, one in reference.of("EC2::SecurityGroup").items()
        if one["GroupDescription"].startswith(f"{name},")
    ]
    return str(found)


def test_the_vpc_has_the_three_subnets_of_the_reference_and_no_other(reference: Any) -> None:
    (vpc,) = reference.of("EC2::VPC").values()
    assert vpc["CidrBlock"] == "10.0.0.0/16"
    cidrs = {one["CidrBlock"] for one in reference.of("EC2::Subnet").values()}
    assert cidrs == {PUBLIC, ANALYTICS, ETL}


def test_each_subnet_has_a_route_table_of_its_own(reference: Any) -> None:
    links = reference.of("EC2::SubnetRouteTableAssociation").values()
    assert len({one["RouteTableId"] for one in links}) == 3
    assert len(reference.of("EC2::RouteTable")) == 3


def test_the_public_subnet_alone_reaches_the_internet_gateway(reference: Any) -> None:
    (gateway,) = reference.of("EC2::InternetGateway")
    default = [
        (one["RouteTableId"], one["GatewayId"]) for one in reference.of("EC2::Route").values()
    ]
    (public,) = reference.routes(reference.subnet(PUBLIC))
    assert default == [(public["RouteTableId"], f"{{{gateway}}}")]
    assert public["DestinationCidrBlock"] == "0.0.0.0/0"


@pytest.mark.parametrize(
    "cidr", [pytest.param(ANALYTICS, id="analytics"), pytest.param(ETL, id="etl")]
)
@pytest.mark.parametrize("options", ["reference", "optional"])
def test_a_private_subnet_has_no_way_out_but_s3(
    cidr: str, options: str, request: pytest.FixtureRequest
) -> None:
    assembly = request.getfixturevalue(options)
    subnet = assembly.subnet(cidr)
    assert assembly.routes(subnet) == []
    assert assembly.of("EC2::Subnet")[subnet]["MapPublicIpOnLaunch"] is False


def test_nothing_translates_addresses(reference: Any, optional: Any) -> None:
    for assembly in (reference, optional):
        kinds = {one["Type"] for one in assembly.resources.values()}
        for kind in ("NatGateway", "EgressOnlyInternetGateway", "VPCPeeringConnection"):
            assert f"AWS::EC2::{kind}" not in kinds


def test_the_s3_endpoint_serves_both_private_subnets_and_no_strangers_bucket(
    reference: Any,
) -> None:
    (endpoint,) = reference.of("EC2::VPCEndpoint").values()
    assert endpoint["VpcEndpointType"] == "Gateway"
    tables = {
        one["RouteTableId"]
        for one in reference.of("EC2::SubnetRouteTableAssociation").values()
        if one["SubnetId"] != f"{{{reference.subnet(PUBLIC)}}}"
    }
    assert set(endpoint["RouteTableIds"]) == tables
    own, packages = endpoint["PolicyDocument"]["Statement"]
    assert own["Condition"] == {"StringEquals": {"aws:ResourceAccount": "{AWS::AccountId}"}}
    assert not [action for action in own["Action"] if "Delete" in action or "*" in action]
    assert packages["Action"] == "s3:GetObject"
    assert packages["Resource"] == "arn:aws:s3:::al2023-repos-ap-southeast-1-de612dc2/*"


def test_the_security_groups_are_those_of_the_reference(reference: Any) -> None:
    oltp, warehouse, shiny, etl, door = (
        group(reference, name)
        for name in ("SG-OLTP", "SG-DW", "SG-Shiny", "SG-ETL-Lambda", "SG-Door")
    )
    ingress = {
        name: reference.allowed(name, "Ingress") for name in (oltp, warehouse, shiny, etl, door)
    }
    egress = {
        name: reference.allowed(name, "Egress") for name in (oltp, warehouse, shiny, etl, door)
    }
    assert ingress == {
        oltp: {("203.0.113.0/24", "5432-5432"), ("203.0.114.9/32", "5432-5432"),
               ("198.51.100.7/32", "22-22")},
        warehouse: {(f"{{{etl}}}", "5432-5432"), (f"{{{shiny}}}", "5432-5432")},
        shiny: {(f"{{{door}}}", "22-22")},
        etl: set(),
        door: set(),
    }  # fmt: skip
    assert egress == {
        oltp: {("0.0.0.0/0", "all")},
        warehouse: {(S3, "443-443")},
        shiny: {(f"{{{warehouse}}}", "5432-5432")},
        etl: {(S3, "443-443"), (f"{{{warehouse}}}", "5432-5432")},
        door: {(f"{{{shiny}}}", "22-22")},
    }


def test_nobody_is_let_in_from_the_whole_world(reference: Any, optional: Any) -> None:
    for assembly in (reference, optional):
        for name in assembly.of("EC2::SecurityGroup"):
            peers = {peer for peer, _ports in assembly.allowed(name, "Ingress")}
            assert not peers & {"0.0.0.0/0", "::/0", "None"}, name


def hosts(assembly: Any) -> dict[str, Any]:
    return {
        next(tag["Value"] for tag in one["Tags"] if tag["Key"] == "Name"): one
        for one in assembly.of("EC2::Instance").values()
    }


def test_the_warehouse_is_private_and_oltp_is_public(reference: Any) -> None:
    warehouse, oltp = (hosts(reference)[f"clickstream-{name}"] for name in ("warehouse", "oltp"))
    assert warehouse["SubnetId"] == f"{{{reference.subnet(ANALYTICS)}}}"
    assert oltp["SubnetId"] == f"{{{reference.subnet(PUBLIC)}}}"
    (address,) = reference.of("EC2::EIPAssociation").values()
    assert "Oltp" in address["InstanceId"]
    assert warehouse["SecurityGroupIds"] == [
        f"{{{group(reference, name)}}}" for name in ("SG-DW", "SG-Shiny")
    ]


def test_every_host_demands_the_safe_metadata_service_and_encrypts_its_disks(
    reference: Any,
) -> None:
    for host in hosts(reference).values():
        assert host["MetadataOptions"]["HttpTokens"] == "required"
        assert host["MetadataOptions"]["HttpPutResponseHopLimit"] == 1
        (disk,) = host["BlockDeviceMappings"]
        assert disk["Ebs"]["Encrypted"] is True
        assert "KeyName" not in host
    assert all(one["Encrypted"] for one in reference.of("EC2::Volume").values())


def test_a_private_oltp_host_is_reached_by_the_shop_api_and_the_door_alone(optional: Any) -> None:
    oltp, api, door = (group(optional, name) for name in ("SG-OLTP", "SG-Shop-API", "SG-Door"))
    assert optional.allowed(oltp, "Ingress") == {
        (f"{{{api}}}", "5432-5432"),
        (f"{{{door}}}", "22-22"),
    }
    assert optional.allowed(oltp, "Egress") == {(S3, "443-443")}
    assert hosts(optional)["clickstream-oltp"]["SubnetId"] == f"{{{optional.subnet(ANALYTICS)}}}"
    assert optional.of("EC2::EIP") == {}


def test_ssm_endpoints_answer_the_analytics_host_alone(optional: Any) -> None:
    endpoints = [
        one for one in optional.of("EC2::VPCEndpoint").values()
        if one["VpcEndpointType"] == "Interface"
    ]  # fmt: skip
    assert len(endpoints) == 3
    group_of_ssm = group(optional, "SG-SSM")
    assert {name for one in endpoints for name in one["SecurityGroupIds"]} == {
        f"{{{group_of_ssm}}}"
    }
    assert optional.allowed(group_of_ssm, "Ingress") == {
        (f"{{{group(optional, 'SG-Shiny')}}}", "443-443")
    }


def test_flow_logs_come_with_their_flag(reference: Any, optional: Any) -> None:
    assert reference.of("EC2::FlowLog") == {}
    assert len(optional.of("EC2::FlowLog")) == 1
