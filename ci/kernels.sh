# What the scripts that compile kernel files share. Source it after lib.sh.

kernels=$root/kernels
[[ -f $kernels/prelude.cl ]] || die "there is no kernels/prelude.cl"

# The kernel files below kernels/, without prelude.cl: kernel_files [FIND-TEST...]
kernel_files() {
  (cd "$kernels" && find . -mindepth 2 -name '*.cl' "$@" -printf '%P\n' | sort)
}

# The element types that a kernel file is compiled over.
elements_of() {
  printf 'float\ndouble\n'
  if grep -qw IS_INTEGER "$kernels/$1"; then
    printf 'long\n'
  fi
}

# The options of every compilation: kernel_options ELEM W
kernel_options() {
  printf '%s\n' -x cl -I "$kernels" -cl-std=CL1.2 -Wall -Wextra -Werror "-DELEM=$1" "-DW=$2"
  # A backward function names all it is given, whatever it needs of it.
  printf '%s\n' -Wno-unused-parameter
  # A constant without its f makes a float kernel compute in double, or fail where there is none.
  [[ $1 != float ]] || printf '%s\n' -Wdouble-promotion
}

# Files are included, not pasted, so that a message names them and their own lines.
including() {
  printf '#include "%s"\n' "$@"
}
