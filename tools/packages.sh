# Sourced by the commands in this folder: what they need from Debian 12, and how it is installed.

build_packages=(
    ca-certificates ccache cmake g++ git mold ninja-build pkg-config tzdata
    libboost1.81-dev libboost-json1.81-dev libcereal-dev libcli11-dev libcurl4-openssl-dev libfmt-dev
    libhowardhinnant-date-dev libpq-dev libsodium-dev libspdlog-dev libsqlite3-dev libsqlitecpp-dev libssl-dev libtomlplusplus-dev
    libzstd-dev zlib1g-dev
)
test_packages=(
    clang libbenchmark-dev libgmock-dev libgtest-dev librapidcheck-dev openssl postgresql python3-jsonschema python3-pandas sqlite3
)
lint_packages=(clang-format clang-tidy)
bench_packages=(python3 time)

step() { if [ -t 1 ]; then printf '\n\033[1m== %s\033[0m\n' "$*"; else printf '\n== %s\n' "$*"; fi; }

# install_packages NAME…: those that are missing, quietly; says what it does.
install_packages() {
    local missing=() name
    for name in "$@"; do
        dpkg-query -W -f='${Status}' "$name" 2>/dev/null | grep -q 'install ok installed' || missing+=("$name")
    done
    [ "${#missing[@]}" -eq 0 ] && return 0
    step "Installing ${#missing[@]} Debian packages: ${missing[*]}"
    if [ "$(id -u)" -ne 0 ]; then
        echo "These packages are missing and only root may install them. Run:"
        echo "  sudo apt-get install ${missing[*]}"
        exit 77
    fi
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    if [[ " ${missing[*]} " == *" postgresql "* ]]; then
        # the tests start a server of their own: Debian need not make and start one as well
        apt-get install -y -qq --no-install-recommends postgresql-common >/dev/null
        sed -i 's/^#\?create_main_cluster.*/create_main_cluster = false/' /etc/postgresql-common/createcluster.conf
    fi
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# build PRESET [TARGET…]
build() {
    local preset=$1
    shift
    cmake --preset "$preset" >"/tmp/edge-configure-$preset.$$" || { cat "/tmp/edge-configure-$preset.$$"; exit 1; }
    rm -f "/tmp/edge-configure-$preset.$$"
    cmake --build --preset "$preset" ${1:+--target "$@"}
}
