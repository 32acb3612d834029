# shellcheck shell=bash
# What only tests need, installed where it is missing. Sourced after scripts/lib/toolchain.sh.

ACTIONLINT_VERSION=1.7.12
ANSIBLE_VERSION=2.18.6
CHECK_JSONSCHEMA_VERSION=0.39.0
KAFKA_VERSION=3.9.1
ZIZMOR_VERSION=1.32.0
MOTO_VERSION=5.2.5
PULUMI_YAML_VERSION=1.25.0

ensure_test_tools() {
  apt_install bats=bats parallel=parallel strace=strace shellcheck=shellcheck shfmt=shfmt jq=jq ip6tables=iptables nft=nftables conntrack=conntrack ip=iproute2
}

# python_environment NAME ARGUMENT…: prints the folder of the programs that `pip
# install ARGUMENT…` brings, in a virtual environment of their own.
python_environment() {
  local name=$1 home
  home=$CACHE_DIR/python-$1-$(printf '%s\n' "$@" | sha256sum | cut -c 1-12)
  shift
  if [ ! -f "$home/complete" ]; then
    apt_install python3=python3
    python3 -c 'import ensurepip' 2>/dev/null || apt_install ensurepip=python3-venv
    say "installing $name from PyPI"
    rm -rf "$home"
    run_quietly "python3 -m venv" python3 -m venv "$home"
    run_quietly "pip install" "$home/bin/python" -m pip install "$@"
    touch "$home/complete"
  fi
  echo "$home/bin"
}

# The linters of the pipelines' files: of workflows, of what GitLab publishes as a schema, and of
# what an attacker would find in workflows.
ensure_pipeline_linters() {
  local home=$CACHE_DIR/actionlint-$ACTIONLINT_VERSION schemas zizmor
  if [ ! -x "$home/actionlint" ]; then
    have go || die "actionlint is built with Go 1.24 or newer: https://go.dev/dl"
    say "building actionlint $ACTIONLINT_VERSION from Go modules"
    run_quietly "building actionlint" env GOBIN="$home" go install "github.com/rhysd/actionlint/cmd/actionlint@v$ACTIONLINT_VERSION"
  fi
  schemas=$(python_environment check-jsonschema "check-jsonschema==$CHECK_JSONSCHEMA_VERSION")
  zizmor=$(python_environment zizmor "zizmor==$ZIZMOR_VERSION")
  export PATH=$home:$schemas:$zizmor:$PATH
}

# An S3 server for tests, as MOTO_SERVER.
ensure_s3_server() {
  MOTO_SERVER=$(python_environment moto "moto[server,s3]==$MOTO_VERSION")/moto_server
  export MOTO_SERVER
}

# A registry for tests. Debian's package would start a service: only its program
# is taken. Without it the tests that need one say that they are skipped.
ensure_docker_registry() {
  local home=$CACHE_DIR/docker-registry
  ! have docker-registry || return 0
  if [ ! -x "$home/usr/bin/docker-registry" ]; then
    have apt-get || return 0
    mkdir -p "$home"
    run_quietly "fetching docker-registry" env -C "$home" apt-get download docker-registry
    run_quietly "unpacking docker-registry" dpkg-deb -x "$home"/docker-registry_*.deb "$home"
  fi
  export PATH=$home/usr/bin:$PATH
}

# Pulumi's language host for YAML, which the official archive of the CLI has, and a build from Go modules has not.
ensure_pulumi_yaml() {
  ! have pulumi-language-yaml || return 0
  cached "pulumi-yaml-$PULUMI_YAML_VERSION" pulumi_yaml_into
  export PATH=$CACHE_DIR/pulumi-yaml-$PULUMI_YAML_VERSION:$PATH
}

# pulumi_yaml_into DIRECTORY
pulumi_yaml_into() {
  have go || die "tests of programs in YAML need pulumi-language-yaml, or Go 1.24 or newer to build it with: https://go.dev/dl"
  say "building Pulumi's YAML language host $PULUMI_YAML_VERSION from Go modules"
  go_build "Pulumi's YAML language host" "$1" -ldflags "-s -w" \
    github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml <<<"require github.com/pulumi/pulumi-yaml v$PULUMI_YAML_VERSION"
}

# Prometheus, promtool and node_exporter, as Debian has them. Their packages would start services:
# only the programs are taken.
ensure_prometheus() {
  local home=$CACHE_DIR/prometheus package
  ! have prometheus || ! have prometheus-node-exporter || return 0
  have apt-get || die "tests of the metrics need prometheus, promtool and prometheus-node-exporter: install them"
  for package in prometheus prometheus-node-exporter; do
    [ ! -x "$home/usr/bin/$package" ] || continue
    mkdir -p "$home"
    run_quietly "fetching $package" env -C "$home" apt-get download "$package"
    run_quietly "unpacking $package" dpkg-deb -x "$home/$package"_*.deb "$home"
  done
  export PATH=$home/usr/bin:$PATH
}

# A Kafka broker for tests, by Maven; KAFKA_LIBRARIES is the folder of its jars.
ensure_kafka() {
  local home=$CACHE_DIR/kafka-$KAFKA_VERSION project
  if [ ! -f "$home/complete" ]; then
    apt_install mvn=maven java=default-jre-headless
    say "fetching Kafka $KAFKA_VERSION by Maven"
    project=$(mktemp -d)
    cat >"$project/pom.xml" <<END
<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>tests</groupId><artifactId>kafka</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>$KAFKA_VERSION</version></dependency>
  </dependencies>
</project>
END
    run_quietly "mvn dependency:copy-dependencies" mvn --batch-mode --file "$project/pom.xml" \
      dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$home"
    rm -rf "$project"
    touch "$home/complete"
  fi
  KAFKA_LIBRARIES=$home
  export KAFKA_LIBRARIES
}

# cfn-lint and checkov; AWS_RULES_TOOLS is the folder of their programs. The lock has each package's version
# without hashes: PyPI never gives another file under a name that it had, and these see no secret.
ensure_aws_rules_tools() {
  local requirements=$PROJECT_ROOT/tests/aws-rules/requirements.txt
  AWS_RULES_TOOLS=$(python_environment "aws-rules-$(sha256sum "$requirements" | cut -c 1-12)" \
    --no-deps --only-binary :all: --requirement "$requirements")
  export AWS_RULES_TOOLS
}

# A browser for tests, as CHROME_PATH: the user's own, else Debian's. Ubuntu's package is none.
ensure_browser() {
  local name
  for name in "${CHROME_PATH:-}" google-chrome chromium chromium-browser chrome; do
    CHROME_PATH=$(command -v "$name") && export CHROME_PATH && return
  done
  apt_install chromium=chromium
  CHROME_PATH=$(command -v chromium) || die "the browser tests need Chrome or Chromium: install one, or set CHROME_PATH to its path"
  export CHROME_PATH
}

# Ansible, beside which the benchmark measures: ansible-playbook on the PATH, and in BENCH_PYTHON the packages of the
# Python that it needs on a sandbox, which has none.
ensure_ansible() {
  local programs
  BENCH_PYTHON=$CACHE_DIR/bench-python-$(content_tag "$PROJECT_ROOT/scripts/images/sandbox")
  programs=$(python_environment ansible "ansible-core==$ANSIBLE_VERSION")
  if [ ! -f "$BENCH_PYTHON/complete" ]; then
    say "fetching the Python of a sandbox"
    rm -rf "$BENCH_PYTHON"
    mkdir -p "$BENCH_PYTHON"
    # The host's network: where a container's own is closed, package mirrors answer there.
    run_quietly "apt-get" docker run --rm --network host --volume "$BENCH_PYTHON:/var/cache/apt/archives" --entrypoint bash \
      "$(sandbox_image_tag 26.1)" -c 'rm -f /etc/apt/apt.conf.d/docker-clean
        apt-get -o Acquire::Check-Valid-Until=false update
        apt-get install -y --no-install-recommends --download-only python3'
    touch "$BENCH_PYTHON/complete"
  fi
  export BENCH_PYTHON PATH=$programs:$PATH
}
