/**
 * The machine in AWS and its network, for programs of your own: what
 * OpenBmpCollector makes where `target` is `aws`.
 *
 * @packageDocumentation
 */
export { AwsHost, type AwsHostArgs } from "./aws/awsHost";
export { AwsNetwork, type AwsNetworkArgs, type OwnVpc, type VmNetwork } from "./aws/awsNetwork";
export { AwsSubnet, type AwsSubnetArgs } from "./aws/awsSubnet";
export type { DataVolumeArgs } from "./aws/dataVolume";
export type { DnsNameArgs } from "./aws/dnsRecords";
export type { SubnetRequirements } from "./aws/givenSubnet";
export type { Access } from "./aws/securityGroupRules";
export type { DailySnapshotsArgs } from "./aws/snapshots";
export type { DeployedSettings, LastDeployment } from "./settings/lastDeployment";
export { stackTags, type TagsOf } from "./aws/tags";
