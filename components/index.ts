/**
 * The collector and its steps, for programs of your own. Importing it reads no
 * configuration and registers nothing, no policy either: that is a call.
 *
 * What is about AWS alone is in `openbmp-aio-ipv6/aws`, because the modules of
 * AWS take time to load; OpenBmpCollector loads them where `target` is `aws`.
 *
 * @packageDocumentation
 */
export type { Collector } from "./collector/makeCollector";
export { OpenBmpCollector } from "./collector/openBmpCollector";
export type { OpenBmpCollectorArgs } from "./collector/openBmpCollectorArgs";
export { ExistingHost, type ExistingHostArgs } from "./host/existingHost";
export { type RouterConfig, routerConfig } from "./openbmpd/routerConfig";
export { enforcePolicy } from "./policy/policy";
export type { Host, Machine } from "./remote/machine";
export { type Bastion, type SshArgs, sshConnection, type SshLogin } from "./remote/sshConnection";
export { AioContainer, type AioContainerArgs, type ContainerSettings } from "./steps/aioContainer";
export { Backup, type BackupArgs } from "./steps/backup";
export { CollectorConfig, type CollectorConfigArgs } from "./steps/collectorConfig";
export { CollectorStart, type CollectorStartArgs, type Verification } from "./steps/collectorStart";
export { DockerDaemonConfig, type DockerDaemonConfigArgs } from "./steps/dockerDaemonConfig";
export { DockerRestart, type DockerRestartArgs } from "./steps/dockerRestart";
export { Ipv6Dnat, type Ipv6DnatArgs } from "./steps/ipv6Dnat";
export { Metrics, type MetricsArgs } from "./steps/metrics";
export { PinnedImage, type PinnedImageArgs } from "./steps/pinnedImage";
export type { HostRequirements } from "./steps/preflight";
export type { StepArgs } from "./steps/stepArgs";
export { type Prefix, prefixOf, readPrefix } from "./values/addresses";
export { DOCKER_NETWORKS, type DockerNetwork, LISTEN_MODES, type ListenMode, type Mode, MODES } from "./values/modes";
export type { OutsideLists, RestLogin } from "./values/ports";
