# shellcheck shell=bash
# Finds, fetches or builds what the commands in scripts/ need.
# Sourced after common.sh.

PULUMI_VERSION=3.230.0
# The first whose file and S3 backends keep stack tags.
PULUMI_MINIMUM=3.211.0
# The last Go module of pulumi's SDK that contains the Node.js language host.
PULUMI_NODEJS_HOST_MODULE=3.65.0
COMMAND_PLUGIN_VERSION=1.2.1
DOCKER_PLUGIN_VERSION=4.9.0
# The newest engine of sandboxes, and the Go module that was tagged on the day of its release.
DOCKER_VERSION=29.8.1
DOCKER_MODULE=2.0.0-beta.24

# version_at_least HAVE WANT
version_at_least() { [ "$(printf '%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

# apt_install COMMAND=PACKAGE…: installs the packages whose command is missing.
apt_install() {
  local pair missing=()
  for pair in "$@"; do
    have "${pair%%=*}" || missing+=("${pair#*=}")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  have apt-get || die "missing: ${missing[*]}. Install them with this system's package manager (only Debian and Ubuntu are done automatically)"
  say "installing ${missing[*]}"
  run_quietly "apt-get update" as_root apt-get update
  run_quietly "apt-get install" as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}"
}

ensure_node_modules() {
  local stamp=$PROJECT_ROOT/node_modules/.installed-lock
  ! cmp -s "$PROJECT_ROOT/package-lock.json" "$stamp" || return 0
  if ! have node || ! have npm; then
    die "Node.js 22 or 24 with npm is needed (20.19 is the oldest that works): https://nodejs.org"
  fi
  version_at_least "$(node -p process.versions.node)" 20.19.0 ||
    die "Node.js 22 or 24 is needed (20.19 is the oldest that works), found $(node --version)"
  say "installing the npm packages of the lock file"
  # No package needs its install script: ssh2 would compile add-ons that it does
  # without, @pulumi/command would try to download its plugin.
  (cd "$PROJECT_ROOT" && run_quietly "npm ci" npm ci --no-audit --no-fund --ignore-scripts)
  cp "$PROJECT_ROOT/package-lock.json" "$stamp"
}

# node_release VERSION: prints the folder of that node, from npm's registry: a package for each
# platform has nothing but the program.
node_release() {
  local home=$CACHE_DIR/node-$1 package
  package=node-$(node -p 'process.platform + "-" + process.arch')
  if [ ! -f "$home/complete" ]; then
    say "installing Node.js $1 from npm"
    rm -rf "$home"
    mkdir -p "$home"
    run_quietly "npm install" npm install --prefix "$home" --no-audit --no-fund --ignore-scripts "$package@$1"
    touch "$home/complete"
  fi
  echo "$home/node_modules/$package/bin"
}

# cached NAME COMMAND…: the folder NAME of the cache is there; COMMAND… fills a new one.
cached() {
  local home=$CACHE_DIR/$1 partial
  if [ ! -e "$home" ]; then
    mkdir -p "$CACHE_DIR"
    exec 8>"$home.lock"
    ! have flock || flock 8
    if [ ! -e "$home" ]; then
      partial=$(mktemp -d "$home.XXXXXX")
      "${@:2}" "$partial"
      mv "$partial" "$home"
    fi
    exec 8>&-
  fi
}

# download URL FILE: fails where the server does not answer.
download() { curl --fail --silent --location --connect-timeout 10 --max-time 600 --output "$2" "$1"; }

# go_build LABEL DIRECTORY ARGUMENT…: `go build`, with the rest of a go.mod on stdin; programs go to DIRECTORY.
go_build() {
  local label=$1 directory=$2 module
  module=$(mktemp -d)
  { printf 'module build\ngo 1.24\n' && cat; } >"$module/go.mod"
  run_quietly "building $label" env -C "$module" go build -mod=mod -o "$directory/" "${@:3}"
  rm -rf "$module"
}

pulumi_on_path() {
  local found
  have pulumi && have pulumi-language-nodejs || return 1
  found=$(pulumi version 2>/dev/null) || return 1
  version_at_least "${found#v}" "$PULUMI_MINIMUM"
}

# pulumi_download DIRECTORY: the official archive, when it can be reached.
pulumi_download() {
  local os arch archive=$1/pulumi.tar.gz
  os=$(uname -s | tr '[:upper:]' '[:lower:]')
  case $(uname -m) in
  x86_64) arch=x64 ;;
  aarch64 | arm64) arch=arm64 ;;
  *) return 1 ;;
  esac
  download "https://get.pulumi.com/releases/sdk/pulumi-v$PULUMI_VERSION-$os-$arch.tar.gz" "$archive" || return 1
  mkdir -p "$1/bin"
  tar -xzf "$archive" -C "$1/bin" --strip-components 1
  rm -f "$archive"
}

# pulumi_build DIRECTORY: the CLI and its Node.js language host from Go modules.
pulumi_build() {
  have go || die "Pulumi $PULUMI_MINIMUM or newer is not on PATH, its download is not reachable, and there is no Go to build it with. Install Pulumi (https://www.pulumi.com/docs/install) or Go 1.24 or newer (https://go.dev/dl)"
  say "the Pulumi download is not reachable: building $PULUMI_VERSION from Go modules (some minutes, once)"
  # The replacement is the one that pulumi's own go.mod makes.
  go_build "the Pulumi CLI" "$1/bin" \
    -ldflags "-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v$PULUMI_VERSION" \
    github.com/pulumi/pulumi/pkg/v3/cmd/pulumi <<EOF
require (
	github.com/pulumi/pulumi/pkg/v3 v$PULUMI_VERSION
	github.com/pulumi/pulumi/sdk/v3 v$PULUMI_VERSION
)
replace github.com/atotto/clipboard => github.com/tgummerer/clipboard v0.0.0-20241001131231-d02d263e614e
EOF
  go_build "Pulumi's Node.js language host" "$1/bin" -ldflags "-s -w" \
    github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs <<<"require github.com/pulumi/pulumi/sdk/v3 v$PULUMI_NODEJS_HOST_MODULE"
}

pulumi_into() { pulumi_download "$1" || pulumi_build "$1"; }

# Puts a Pulumi CLI on PATH: the user's own, else a download, else a build.
ensure_pulumi() {
  local name=pulumi-$PULUMI_VERSION
  # Called by another of our commands: to ask it for its version takes a while.
  [ "$(command -v pulumi)" != "$CACHE_DIR/$name/bin/pulumi" ] || return 0
  ! pulumi_on_path || return 0
  apt_install curl=curl
  cached "$name" pulumi_into
  export PATH=$CACHE_DIR/$name/bin:$PATH
}

# docker_download DIRECTORY: Docker's own archive of its programs, when it can be reached.
docker_download() {
  local arch digest
  case $(uname -m) in
  x86_64) arch=x86_64 digest=d8db66739d2e28d4933786d73e918d9be643a67fbd835db1bf740d650a259e70 ;;
  aarch64 | arm64) arch=aarch64 digest=667395fbffab52901b80181dfbb39ea76da2fbd7642c4fbddd24e42146b07b48 ;;
  *) return 1 ;;
  esac
  download "https://download.docker.com/linux/static/stable/$arch/docker-$DOCKER_VERSION.tgz" "$1/docker.tgz" || return 1
  [[ $(sha256sum "$1/docker.tgz") == "$digest "* ]] || die "the archive of Docker $DOCKER_VERSION for $arch has another SHA-256 than $digest: remove what changes downloads on the way, and run again"
}

# docker_build DIRECTORY: an archive like Docker's own, with the two programs of the engine, from its Go module.
docker_build() {
  have go || die "the download of Docker $DOCKER_VERSION is not reachable, and there is no Go to build it with: install Go 1.26 or newer (https://go.dev/dl)"
  say "the Docker download is not reachable: building it from Go modules (some minutes, once)"
  CGO_ENABLED=0 go_build "the Docker engine" "$1/docker" \
    -ldflags "-s -w -X github.com/moby/moby/v2/dockerversion.Version=$DOCKER_VERSION+v$DOCKER_MODULE" \
    github.com/moby/moby/v2/cmd/dockerd github.com/moby/moby/v2/cmd/docker-proxy <<<"require github.com/moby/moby/v2 v$DOCKER_MODULE"
  tar -czf "$1/docker.tgz" -C "$1" docker
  rm -rf "$1/docker"
}

docker_into() { docker_download "$1" || docker_build "$1"; }

plugin_installed() { [ -d "${PULUMI_HOME:-$HOME/.pulumi}/plugins/resource-$1-v$2" ]; }

# install_plugin_archive NAME VERSION: from the folder that OPENBMP_PULUMI_PLUGINS
# names. Fails where it is not there.
install_plugin_archive() {
  local archive
  [ -n "${OPENBMP_PULUMI_PLUGINS:-}" ] || return 1
  archive=$OPENBMP_PULUMI_PLUGINS/pulumi-resource-$1-v$2-$(plugin_platform).tar.gz
  [ -f "$archive" ] || return 1
  run_quietly "installing the $1 plugin" pulumi plugin install resource "$1" "v$2" --file "$archive"
}

# The @pulumi/command plugin: installed, else downloaded, else from an archive,
# else an emulator that serves sandboxes only.
ensure_command_plugin() {
  local version=$COMMAND_PLUGIN_VERSION
  plugin_installed command "$version" || command_plugin_download ||
    install_plugin_archive command "$version" || use_command_emulator
}

use_command_emulator() {
  say "the Pulumi plugin command v$COMMAND_PLUGIN_VERSION is not installed and cannot be downloaded: using this project's emulator of it, for sandboxes only"
  # Pulumi prefers what is on PATH to what is installed.
  export PATH=$PROJECT_ROOT/scripts/plugin/command:$PATH
}

# The @pulumi/docker plugin, which only pinImage needs: installed, else from an
# archive. Pulumi downloads it by itself when a stack uses it.
ensure_docker_plugin() {
  plugin_installed docker "$DOCKER_PLUGIN_VERSION" || install_plugin_archive docker "$DOCKER_PLUGIN_VERSION" || true
}

# Pulumi's own attempt takes ten seconds to fail, so it is not made where the
# server does not answer, and not again for an hour where it failed.
command_plugin_download() {
  local failed=$CACHE_DIR/command-plugin-download-failed within=()
  [ -z "$(find "$failed" -mmin -60 2>/dev/null)" ] || return 1
  # macOS has no timeout.
  ! have timeout || within=(timeout 120)
  ! { curl --silent --head --output /dev/null --connect-timeout 5 --max-time 10 https://get.pulumi.com &&
    ${within[@]+"${within[@]}"} pulumi plugin install resource command "v$COMMAND_PLUGIN_VERSION" >/dev/null 2>&1 </dev/null; } || return 0
  mkdir -p "$CACHE_DIR"
  touch "$failed"
  return 1
}

plugin_platform() {
  local arch
  arch=$(uname -m)
  case $arch in x86_64) arch=amd64 ;; aarch64) arch=arm64 ;; esac
  printf '%s-%s' "$(uname -s | tr '[:upper:]' '[:lower:]')" "$arch"
}

# A Docker engine for the sandbox: the user's own, else Debian's docker.io.
ensure_docker() {
  local deadline=$((SECONDS + 60)) reason
  ! docker version >/dev/null 2>&1 || return 0
  [ "$(uname -s)" = Linux ] || die "no Docker engine answers; start Docker and try again"
  if ! have dockerd; then
    have apt-get || die "Docker is not installed: https://docs.docker.com/engine/install"
    apt_install dockerd=docker.io
    have docker || apt_install docker=docker-cli
  fi
  if [ -d /run/systemd/system ]; then
    as_root systemctl start docker
  else
    say "starting dockerd (there is no systemd here)"
    mkdir -p "$STATE_DIR"
    as_root setsid dockerd >"$STATE_DIR/dockerd.log" 2>&1 </dev/null 8>&- 9>&- &
  fi
  until reason=$(docker version 2>&1); do
    [[ $reason != *"permission denied"* ]] ||
      die "$(id -un) may not use Docker: sudo usermod -aG docker $(id -un), and log in again"
    [ "$SECONDS" -lt "$deadline" ] || die "the Docker engine does not answer after 60 s: $(tail -n 1 <<<"$reason")"
    sleep 0.5
  done
}

docker_hub_reachable() {
  curl --silent --output /dev/null --connect-timeout 5 --max-time 10 https://registry-1.docker.io/v2/
}
