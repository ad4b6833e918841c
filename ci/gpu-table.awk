# Makes a table of the facts that gpu-facts.awk printed, and judges them: a kernel that spills registers or keeps an array in
# stack memory needs a line in the file of reasons, and every line there needs such a kernel.
# The files: the reasons, then the facts. Variables given: markdown (1: a page's tables, 0: plain lines), assembled (1 where
# ptxas ran), whole (1 where every kernel is among the facts), failures (the file that says what is wrong).

BEGIN {
  FS = "\t"
  split("sm_80 sm_90", architectures, " ")
  # Of one multiprocessor.
  all_warps = 64
  all_registers = 65536
  all_blocks = 32
  all_shared["sm_80"] = 164 * 1024
  all_shared["sm_90"] = 228 * 1024
}

# Resident warps of a multiprocessor.
function occupancy(arch, registers, shared, threads,  warps, each, blocks) {
  warps = int((threads + 31) / 32)
  each = int((registers * 32 + 255) / 256) * 256
  blocks = least(all_blocks, int(all_warps / warps))
  blocks = least(blocks, int(int(all_registers / each) / warps))
  blocks = least(blocks, int(all_shared[arch] / (shared + 1024)))
  return blocks * warps
}

function least(a, b) { return a < b ? a : b }
function largest(a, b) { return a > b ? a : b }

# What stands in memory that should be in registers; empty if nothing does.
function trouble(  text) {
  text = ""
  if ($9 > 0) text = text ", " $9 " bytes of arrays in the PTX"
  if ($11 > 0) text = text ", " $11 " bytes spilled on sm_80"
  if ($12 > 0) text = text ", " $12 " bytes of stack on sm_80"
  if ($14 > 0) text = text ", " $14 " bytes spilled on sm_90"
  if ($15 > 0) text = text ", " $15 " bytes of stack on sm_90"
  if ($18 > 0) text = text ", " $18 " bytes of scratch on AMD"
  if ($19 > 0) text = text ", " $19 " VGPRs spilled on AMD"
  return substr(text, 3)
}

# Shell patterns as regular expressions: * alone is special.
function expression(pattern) {
  gsub(/[.+()\[\]]/, "[&]", pattern)
  gsub(/\*/, ".*", pattern)
  return "^" pattern "$"
}

# The reasons: a pattern of PROGRAM:KERNEL:ELEMENT, spaces, the reason.
FILENAME == ARGV[1] {
  if ($0 ~ /^#/ || $0 ~ /^[ \t]*$/) next
  at = index($0, " ")
  patterns[++reasons] = substr($0, 1, at - 1)
  because[reasons] = substr($0, at + 1)
  sub(/^ +/, "", because[reasons])
  next
}

{
  rows++
  found = trouble()
  reason = ""
  if (found != "") {
    id = $2 ":" $4 ":" $3
    for (r = 1; r <= reasons; r++) {
      if (id ~ expression(patterns[r])) {
        used[r] = 1
        reason = reason == "" ? because[r] : reason
      }
    }
    if (reason == "") {
      fail(id ": " found ", without a reason in ci/gpu-compile-reasons.txt")
    }
    troubled[++troubles] = "`" id "`: " found (reason == "" ? "" : "; " reason)
  }
  warps80 = assembled ? occupancy("sm_80", $10, $8, $5 < 0 ? -$5 : $5) : "-"
  warps90 = assembled ? occupancy("sm_90", $13, $8, $5 < 0 ? -$5 : $5) : "-"
  if (!markdown) {
    print $2 ":" $4 ":" $3 ": " line(", ")
    if (found != "") print "    " found (reason == "" ? "" : ": " reason)
  } else if ($1 == "pointwise") {
    summarise()
  } else if ($3 == "float" || $1 == "group") {
    tables[$1] = tables[$1] "| " ($1 == "group" ? shortened($2) : $2) " | " $4 " | " line(" | ") " |\n"
  } else {
    others[$3]++
    most[$3] = largest(most[$3], largest($10, $13))
  }
}

function fail(message) {
  print message >failures
  failed = 1
}

# The columns behind a kernel's name.
function line(between,  text) {
  text = named("group", $5 < 0 ? -$5 "?" : $5) between
  if (assembled) {
    text = text named("registers", $10 "/" $13) between named("warps", warps80 "/" warps90) between
    text = text named("spilled", largest($11, $14)) between named("stack", largest($12, $15)) between
  } else {
    text = text named("stack", $9) between
  }
  text = text named("local", $8) between named("loads", $6) between named("matrix", $7) between
  text = text named("VGPRs", $16) between named("SGPRs", $17) between named("scratch", $18) between
  return text named("LDS", $20) between named("waves", $21)
}

# Plain lines name each number; tables have a head.
function named(name, value) { return markdown ? value : name " " value }

function shortened(name) { return length(name) > 60 ? substr(name, 1, 57) "..." : name }

function summarise(  side) {
  side = $2 ~ /_backward/ ? "backward" : "forward"
  kernels[side]++
  registers[side] = largest(registers[side], largest($10, $13))
  vgprs[side] = largest(vgprs[side], $16)
  spilling[side] += found != ""
  wide[side] += $6 ~ /v4/
}

function head(  text, columns) {
  text = "| Program | Kernel | Group |" (assembled ? " Registers | Warps | Spilled | Stack |" : " Stack |")
  text = text " Local | Global loads | Matrix and copy | VGPRs | SGPRs | Scratch | LDS | Waves |"
  columns = text
  gsub(/[^|]+/, "---", columns)
  return text "\n" columns "\n"
}

END {
  if (assembled && whole) {
    for (r = 1; r <= reasons; r++) {
      if (!(r in used)) fail("the reason for " patterns[r] " applies to no kernel any more: take it out")
    }
  }
  if (markdown) {
    printf "## Kernel files\n\n%s%s\n", head(), tables["kernel"]
    for (element in others) {
      printf "Over %s: %d kernels%s.\n", element, others[element], assembled ? ", at most " most[element] " registers" : ""
    }
    printf "\n## Groups of the sample models\n\n%s%s\n", head(), tables["group"]
    print "## Pointwise operations, each alone\n"
    print "| | Kernels | Most registers | Most VGPRs | With 16-byte loads | In memory |"
    print "|---|---|---|---|---|---|"
    for (side in kernels) {
      printf "| %s | %d | %s | %d | %d | %d |\n", side, kernels[side], assembled ? registers[side] : "-", \
        vgprs[side], wide[side], spilling[side]
    }
    print "\n## In memory instead of registers, and why\n"
    for (t = 1; t <= troubles; t++) print "* " troubled[t]
    if (troubles == 0) print "Nothing."
  }
  if (rows == 0) fail("no kernel was compiled")
  exit failed
}
