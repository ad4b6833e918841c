# What the scripts in this folder share. Source it after `set -euo pipefail`.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# A note to whoever watches: stderr, so that a script's own output stays clean.
note() {
  printf '%s\n' "$*" >&2
}

# Ends the script with a reason.
die() {
  note "$(basename "$0"): $*"
  exit 1
}

# Maven as the scripts call it, in the project's folder whatever the caller's is.
maven() {
  (cd "$root" && mvn --batch-mode --no-transfer-progress "$@")
}

# The java beside the compiler that Maven takes.
java_command() {
  if [[ -n ${JAVA_HOME:-} ]]; then
    printf '%s\n' "$JAVA_HOME/bin/java"
  else
    command -v java || true
  fi
}

# Prints the feature release (17, 25, ...) of the java given.
java_release() {
  "$1" -XshowSettings:properties -version 2>&1 |
    sed -n 's/^ *java\.specification\.version = \([0-9]*\).*/\1/p'
}

require_java_and_maven() {
  local java release
  java=$(java_command)
  [[ -n $java && -x $java ]] ||
    die "no JDK found: install one (Debian: openjdk-17-jdk-headless) or set JAVA_HOME"
  release=$(java_release "$java")
  [[ ${release:-0} -ge 17 ]] || die "$java is Java ${release:-of unknown release}: 17 or newer is needed"
  [[ -x $(dirname "$java")/javac || -x $(dirname "$(readlink -f "$java")")/javac ]] ||
    die "$java belongs to a run-time environment without javac: a JDK is needed (Debian: openjdk-17-jdk-headless)"
  command -v mvn >/dev/null || die "Maven is missing: install it (Debian: maven)"
}

# Installs Debian packages where that is allowed, and says what is missing where not.
# install_packages WHY PACKAGE...
install_packages() {
  local why=$1
  shift
  local missing="$why: install $* (Debian: sudo apt-get install --no-install-recommends $*)"
  local as_root=()
  command -v apt-get >/dev/null || die "$missing"
  if [[ $(id -u) -ne 0 ]]; then
    command -v sudo >/dev/null && sudo -n true 2>/dev/null || die "$missing"
    as_root=(sudo -n)
  fi
  note "$why: installing $*"
  local options=(-qq -o DPkg::Lock::Timeout=300)
  local log
  log=$(mktemp)
  if ! {
    "${as_root[@]}" apt-get "${options[@]}" update &&
      "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get "${options[@]}" install -y --no-install-recommends "$@"
  } >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    rm -f "$log"
    die "the installation failed; $missing"
  fi
  rm -f "$log"
}

has_opencl_loader() {
  local libraries
  libraries=$(PATH=$PATH:/sbin:/usr/sbin ldconfig -p 2>/dev/null || true)
  [[ $libraries == *libOpenCL.so* ]]
}

has_opencl_platform() {
  compgen -G '/etc/OpenCL/vendors/*.icd' >/dev/null
}

# The run-time loader and PoCL; not the -dev package, which clgrad does without.
require_opencl() {
  if [[ -n ${OCL_ICD_VENDORS:-} ]]; then
    note "OCL_ICD_VENDORS is set to $OCL_ICD_VENDORS: taking the OpenCL platforms from there"
    return
  fi
  local packages=()
  has_opencl_platform || packages+=(pocl-opencl-icd)
  has_opencl_loader || packages+=(ocl-icd-libopencl1)
  [[ ${#packages[@]} -eq 0 ]] || install_packages "no OpenCL platform is installed" "${packages[@]}"
}

# The compiler of the kernel files, and the built-in functions it links to code for GPUs.
require_clang() {
  local packages=()
  command -v "$clang" >/dev/null || packages+=("$clang")
  [[ -f $libclc/nvptx64--nvidiacl.bc && -f $libclc/amdgcn--amdhsa.bc ]] || packages+=(libclc-15)
  [[ ${#packages[@]} -eq 0 ]] || install_packages "to compile the kernel files" "${packages[@]}"
}
clang=clang-15
libclc=/usr/lib/clc

# The BLAS that the benchmark measures beside clgrad; whatever the system's own choice of a BLAS is, it is called by its name.
require_openblas() {
  local libraries
  libraries=$(PATH=$PATH:/sbin:/usr/sbin ldconfig -p 2>/dev/null || true)
  [[ $libraries == *libopenblas.so.0* ]] ||
    install_packages "the benchmark measures OpenBLAS" libopenblas0-pthread
}

# PoCL compiles for seconds what it then keeps: one cache for every suite and every run.
use_program_cache() {
  export POCL_CACHE_DIR=${POCL_CACHE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/clgrad/pocl}
  mkdir -p "$POCL_CACHE_DIR" || die "cannot make the program cache $POCL_CACHE_DIR; set POCL_CACHE_DIR"
}
