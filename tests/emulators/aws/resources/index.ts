/** The resource types by token. */
import type { ResourceType } from "../cloud";
import type { ResourceToken } from "../tokens";
import { instance } from "./instance";
import { eip, networkInterface } from "./interface";
import { internetGateway, route, routeTable, routeTableAssociation, subnet, vpc } from "./network";
import { defaultSecurityGroup, securityGroup, securityGroupEgressRule, securityGroupIngressRule } from "./security";
import { volume, volumeAttachment } from "./storage";

export const resourceTypes: Readonly<Record<ResourceToken, ResourceType>> = {
    "aws:ec2/vpc:Vpc": vpc,
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": defaultSecurityGroup,
    "aws:ec2/subnet:Subnet": subnet,
    "aws:ec2/internetGateway:InternetGateway": internetGateway,
    "aws:ec2/routeTable:RouteTable": routeTable,
    "aws:ec2/route:Route": route,
    "aws:ec2/routeTableAssociation:RouteTableAssociation": routeTableAssociation,
    "aws:ec2/securityGroup:SecurityGroup": securityGroup,
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": securityGroupIngressRule,
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": securityGroupEgressRule,
    "aws:ec2/networkInterface:NetworkInterface": networkInterface,
    "aws:ec2/eip:Eip": eip,
    "aws:ebs/volume:Volume": volume,
    "aws:ec2/instance:Instance": instance,
    "aws:ec2/volumeAttachment:VolumeAttachment": volumeAttachment,
};
