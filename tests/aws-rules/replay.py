"""Makes the program's resources in moto's EC2, in the order of the graph.

Reads a JSON list of {"id", "token", "name", "inputs"} from stdin, makes the
API calls that Terraform's AWS provider makes for each, and prints one line for
each resource. Ends with exit code 1 at the first call that EC2 refuses.
"""

import base64
import ipaddress
import json
import os
import sys

import boto3
import moto
from botocore.exceptions import ClientError

REGION = "eu-central-1"


class Replay:
    def __init__(self):
        self.ec2 = boto3.client("ec2", region_name=REGION)
        self.ids = {}
        self.ipv6_blocks = {}

    def run(self, resource):
        name = resource["token"].split(":")[-1]
        made = getattr(self, name)(self.translated(resource["inputs"]), resource)
        if made:
            self.ids[resource["id"]] = made
        return made

    def translated(self, value):
        """The inputs with the ids and the IPv6 block that this EC2 gave."""
        if isinstance(value, dict):
            return {name: self.translated(item) for name, item in value.items()}
        if isinstance(value, list):
            return [self.translated(item) for item in value]
        return self.ids.get(value, value) if isinstance(value, str) else value

    def Vpc(self, inputs, resource):
        vpc = self.ec2.create_vpc(
            CidrBlock=inputs["cidrBlock"],
            AmazonProvidedIpv6CidrBlock=inputs.get("assignGeneratedIpv6CidrBlock", False),
            TagSpecifications=tags("vpc", inputs),
        )["Vpc"]
        for attribute in ("enableDnsSupport", "enableDnsHostnames"):
            if attribute in inputs:
                argument = attribute[0].upper() + attribute[1:]
                self.ec2.modify_vpc_attribute(VpcId=vpc["VpcId"], **{argument: {"Value": inputs[attribute]}})
        for association in vpc.get("Ipv6CidrBlockAssociationSet", []):
            self.ipv6_blocks[vpc["VpcId"]] = association["Ipv6CidrBlock"]
        return vpc["VpcId"]

    def DefaultSecurityGroup(self, inputs, resource):
        filters = [{"Name": "vpc-id", "Values": [inputs["vpcId"]]}, {"Name": "group-name", "Values": ["default"]}]
        group = self.ec2.describe_security_groups(Filters=filters)["SecurityGroups"][0]
        for permissions, revoke in (
            (group["IpPermissions"], self.ec2.revoke_security_group_ingress),
            (group["IpPermissionsEgress"], self.ec2.revoke_security_group_egress),
        ):
            if permissions:
                revoke(GroupId=group["GroupId"], IpPermissions=permissions)
        return group["GroupId"]

    def Subnet(self, inputs, resource):
        arguments = {"Ipv6CidrBlock": self.rebased(inputs)} if "ipv6CidrBlock" in inputs else {}
        if "availabilityZone" in inputs:
            arguments["AvailabilityZone"] = inputs["availabilityZone"]
        subnet = self.ec2.create_subnet(
            VpcId=inputs["vpcId"],
            CidrBlock=inputs["cidrBlock"],
            TagSpecifications=tags("subnet", inputs),
            **arguments,
        )["Subnet"]
        return subnet["SubnetId"]

    def rebased(self, inputs):
        """The same /64 of the /56, in the block that this EC2 gave."""
        wanted = ipaddress.ip_network(inputs["ipv6CidrBlock"])
        block = ipaddress.ip_network(self.ipv6_blocks[inputs["vpcId"]])
        index = (int(wanted.network_address) >> 64) & 0xFF
        return f"{block.network_address + (index << 64)}/{wanted.prefixlen}"

    def InternetGateway(self, inputs, resource):
        made = self.ec2.create_internet_gateway(TagSpecifications=tags("internet-gateway", inputs))
        gateway = made["InternetGateway"]["InternetGatewayId"]
        self.ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=inputs["vpcId"])
        return gateway

    def RouteTable(self, inputs, resource):
        made = self.ec2.create_route_table(VpcId=inputs["vpcId"], TagSpecifications=tags("route-table", inputs))
        return made["RouteTable"]["RouteTableId"]

    def Route(self, inputs, resource):
        arguments = renamed(
            inputs,
            destinationCidrBlock="DestinationCidrBlock",
            destinationIpv6CidrBlock="DestinationIpv6CidrBlock",
            gatewayId="GatewayId",
        )
        self.ec2.create_route(RouteTableId=inputs["routeTableId"], **arguments)

    def RouteTableAssociation(self, inputs, resource):
        made = self.ec2.associate_route_table(RouteTableId=inputs["routeTableId"], SubnetId=inputs["subnetId"])
        return made["AssociationId"]

    def SecurityGroup(self, inputs, resource):
        group = self.ec2.create_security_group(
            GroupName=inputs.get("name", resource["name"]),
            Description=inputs["description"],
            VpcId=inputs["vpcId"],
            TagSpecifications=tags("security-group", inputs),
        )["GroupId"]
        # The provider takes away the rule that lets everything out.
        everything = self.ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]["IpPermissionsEgress"]
        self.ec2.revoke_security_group_egress(GroupId=group, IpPermissions=everything)
        return group

    def SecurityGroupIngressRule(self, inputs, resource):
        self.ec2.authorize_security_group_ingress(**permission(inputs))

    def SecurityGroupEgressRule(self, inputs, resource):
        self.ec2.authorize_security_group_egress(**permission(inputs))

    def NetworkInterface(self, inputs, resource):
        arguments = renamed(inputs, description="Description", ipv6AddressCount="Ipv6AddressCount")
        card = self.ec2.create_network_interface(
            SubnetId=inputs["subnetId"],
            Groups=inputs["securityGroups"],
            TagSpecifications=tags("network-interface", inputs),
            **arguments,
        )["NetworkInterface"]
        return card["NetworkInterfaceId"]

    def Eip(self, inputs, resource):
        allocation = self.ec2.allocate_address(Domain=inputs["domain"], TagSpecifications=tags("elastic-ip", inputs))
        self.ec2.associate_address(
            AllocationId=allocation["AllocationId"], NetworkInterfaceId=inputs["networkInterface"]
        )
        return allocation["AllocationId"]

    def Volume(self, inputs, resource):
        volume = self.ec2.create_volume(
            AvailabilityZone=inputs["availabilityZone"],
            Size=inputs["size"],
            VolumeType=inputs["type"],
            Encrypted=inputs["encrypted"],
            TagSpecifications=tags("volume", inputs),
        )
        return volume["VolumeId"]

    def VolumeAttachment(self, inputs, resource):
        self.ec2.attach_volume(
            Device=inputs["deviceName"], InstanceId=inputs["instanceId"], VolumeId=inputs["volumeId"]
        )

    def Instance(self, inputs, resource):
        image = self.ec2.register_image(Name="debian", Architecture="x86_64", RootDeviceName="/dev/xvda")["ImageId"]
        root = renamed(
            inputs["rootBlockDevice"], volumeType="VolumeType", volumeSize="VolumeSize", encrypted="Encrypted"
        )
        made = self.ec2.run_instances(
            MinCount=1,
            MaxCount=1,
            ImageId=image,
            InstanceType=inputs["instanceType"],
            NetworkInterfaces=[
                {
                    "DeviceIndex": 0,
                    "NetworkInterfaceId": inputs["primaryNetworkInterface"]["networkInterfaceId"],
                }
            ],
            BlockDeviceMappings=[{"DeviceName": "/dev/xvda", "Ebs": root}],
            MetadataOptions={name[0].upper() + name[1:]: value for name, value in inputs["metadataOptions"].items()},
            EbsOptimized=inputs.get("ebsOptimized", False),
            UserData=base64.b64encode(inputs["userData"].encode()).decode(),
            TagSpecifications=tags("instance", inputs),
        )
        return made["Instances"][0]["InstanceId"]


def renamed(inputs, **names):
    return {new: inputs[old] for old, new in names.items() if old in inputs}


def tags(resource_type, inputs):
    found = [{"Key": key, "Value": value} for key, value in inputs.get("tags", {}).items()]
    return [{"ResourceType": resource_type, "Tags": found}] if found else []


def permission(inputs):
    ranges = {}
    if "cidrIpv4" in inputs:
        ranges["IpRanges"] = [{"CidrIp": inputs["cidrIpv4"], "Description": inputs["description"]}]
    if "cidrIpv6" in inputs:
        ranges["Ipv6Ranges"] = [{"CidrIpv6": inputs["cidrIpv6"], "Description": inputs["description"]}]
    rule = {**renamed(inputs, ipProtocol="IpProtocol", fromPort="FromPort", toPort="ToPort"), **ranges}
    return {
        "GroupId": inputs["securityGroupId"],
        "IpPermissions": [rule],
        "TagSpecifications": tags("security-group-rule", inputs),
    }


def main():
    # moto answers in this process; these keys are for signing only.
    os.environ.update(AWS_ACCESS_KEY_ID="moto", AWS_SECRET_ACCESS_KEY="moto", AWS_DEFAULT_REGION=REGION)
    with moto.mock_aws():
        replay = Replay()
        for resource in json.load(sys.stdin):
            try:
                print(resource["name"], replay.run(resource) or "done")
            except ClientError as error:
                sys.exit(f"{resource['name']}: {error}")


if __name__ == "__main__":
    main()
