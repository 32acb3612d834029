/** What the emulator serves. */
export const resourceTokens = [
    "aws:ec2/vpc:Vpc",
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
    "aws:ec2/subnet:Subnet",
    "aws:ec2/internetGateway:InternetGateway",
    "aws:ec2/routeTable:RouteTable",
    "aws:ec2/route:Route",
    "aws:ec2/routeTableAssociation:RouteTableAssociation",
    "aws:ec2/securityGroup:SecurityGroup",
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
    "aws:ec2/networkInterface:NetworkInterface",
    "aws:ec2/eip:Eip",
    "aws:ebs/volume:Volume",
    "aws:ec2/instance:Instance",
    "aws:ec2/volumeAttachment:VolumeAttachment",
] as const;

export type ResourceToken = (typeof resourceTokens)[number];

export const functionTokens = [
    "aws:ssm/getParameter:getParameter",
    "aws:ec2/getInstanceTypeOfferings:getInstanceTypeOfferings",
    "aws:ec2/getInstanceType:getInstanceType",
] as const;

export type FunctionToken = (typeof functionTokens)[number];

export const providerToken = "pulumi:providers:aws";

export const allTokens: readonly string[] = [...resourceTokens, ...functionTokens, providerToken];
