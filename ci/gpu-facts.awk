# Reads what the compilers left of one program: PTX, then what ptxas said of it for sm_80 and for sm_90 (both may be
# missing), then AMD's assembly. Prints a line a kernel, its fields separated by tabs:
#   kind program element kernel  work-group loads matrix local stack
#   registers and spilled bytes and stack of sm_80, the same of sm_90   (- without ptxas)
#   VGPRs SGPRs scratch spilled-VGPRs LDS waves
# Variables given: kind, program, element, group (the work-group size where the kernel fixes none), kernel (the only
# one looked at; empty for all).

FILENAME ~ /\.ptx$/ && match($0, /\.entry [A-Za-z0-9_]+/) {
  current = substr($0, RSTART + 7, RLENGTH - 7)
  names[++count] = current
  local[current] = depot[current] = 0
  next
}
# What was not inlined counts for each kernel that calls anything.
FILENAME ~ /\.ptx$/ && /^(\.visible )?\.func/ { current = "" }
FILENAME ~ /\.ptx$/ && /^[ \t]*call/ { calls[current] = 1 }
FILENAME ~ /\.ptx$/ && match($0, /__local_depot[0-9]+\[[0-9]+\]/) { depot[current] += bracketed() }
FILENAME ~ /\.ptx$/ && /^[ \t]*\.shared/ && match($0, /\[[0-9]+\]/) { local[current] += bracketed() }
FILENAME ~ /\.ptx$/ && match($0, /ld\.global(\.nc)?[a-z0-9.]*/) {
  width = substr($0, RSTART, RLENGTH)
  sub(/^ld\.global(\.nc)?\./, "", width)
  loads[current, width]++
}
FILENAME ~ /\.ptx$/ && match($0, /(mma\.sync|wmma\.[a-z]+|ldmatrix|cp\.async\.c[ag])/) {
  matrix[current, substr($0, RSTART, RLENGTH)]++
}

FILENAME ~ /\.sm_[0-9]+$/ && /Compiling entry function/ {
  arch = FILENAME
  sub(/.*\./, "", arch)
  split($0, parts, "'")
  current = parts[2]
}
FILENAME ~ /\.sm_[0-9]+$/ && /bytes stack frame/ {
  stack[arch, current] += $1
  spilled[arch, current] += $5 + $9
}
FILENAME ~ /\.sm_[0-9]+$/ && match($0, /Used [0-9]+ registers/) {
  registers[arch, current] = substr($0, RSTART + 5, RLENGTH - 15)
}

FILENAME ~ /\.s$/ && /^; Occupancy:/ { waves[amd] = $3 }
FILENAME ~ /\.s$/ && /^[A-Za-z0-9_]+:/ { amd = substr($0, 1, index($0, ":") - 1) }
# The kernel's own entries of the metadata are indented by four, those of its arguments by more.
FILENAME ~ /\.s$/ && /^    \.(group|private)_segment_fixed_size:|^    \.[sv]gpr(_spill)?_count:/ {
  about[$1] = $2
}
FILENAME ~ /\.s$/ && /^    \.name:/ { current = $2 }
# The attribute of the source; LLVM leaves it out of PTX. The sizes stand in the three lines below.
FILENAME ~ /\.s$/ && /^    \.reqd_workgroup_size:/ {
  size[current] = 1
  sizes = 3
  next
}
FILENAME ~ /\.s$/ && sizes > 0 {
  size[current] *= $2
  sizes--
}
FILENAME ~ /\.s$/ && /^    \.wavefront_size:/ {
  vgpr[current] = about[".vgpr_count:"]
  sgpr[current] = about[".sgpr_count:"]
  scratch[current] = about[".private_segment_fixed_size:"]
  vspill[current] = about[".vgpr_spill_count:"]
  lds[current] = about[".group_segment_fixed_size:"]
}

# The number in the brackets that were matched last.
function bracketed(  text) {
  text = substr($0, RSTART, RLENGTH)
  sub(/.*\[/, "", text)
  return text + 0
}

# "f32 3, v4.f32 2": what was counted for a kernel.
function counted(counts, name,  key, parts, sums, text) {
  for (key in counts) {
    split(key, parts, SUBSEP)
    if (parts[1] == name || (parts[1] == "" && name in calls)) sums[parts[2]] += counts[key]
  }
  text = ""
  for (key in sums) text = text (text == "" ? "" : ", ") key " " sums[key]
  return text == "" ? "-" : text
}

function assembled(arch, name) {
  if (!((arch, name) in registers)) return "-\t-\t-"
  return registers[arch, name] "\t" spilled[arch, name] "\t" stack[arch, name]
}

END {
  for (i = 1; i <= count; i++) {
    name = names[i]
    if (kernel != "" && name != kernel) continue
    printf "%s\t%s\t%s\t%s\t", kind, program, element, name
    printf "%s\t%s\t%s\t", name in size ? size[name] : group, counted(loads, name), counted(matrix, name)
    printf "%d\t%d\t", local[name], depot[name] + (name in calls ? depot[""] : 0)
    printf "%s\t%s\t", assembled("sm_80", name), assembled("sm_90", name)
    printf "%d\t%d\t%d\t%d\t%d\t%d\n", vgpr[name], sgpr[name], scratch[name], vspill[name], lds[name], waves[name]
  }
}
